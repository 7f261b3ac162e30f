//! The page: slots with stacked layers, and the first frames and last pictures of videos. Knows neither the SDK nor the
//! core.

mod changes;
mod cover;
mod frames;
mod painted;
mod slot;
mod window;

pub use changes::Changes;
pub use cover::{LastPicture, still};
pub use frames::{Beginning, FirstFrame, LastFrame};
pub use slot::{InsertMode, Layer, Slot, WeakLayer};
pub use window::is_in_window;
