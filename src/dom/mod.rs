//! The page: slots with stacked layers, and the first frames and last pictures of videos. Knows neither the SDK nor the
//! core.

mod cover;
mod frames;
mod slot;

pub use cover::{LastPicture, still};
pub use frames::{FirstFrame, LastFrame};
pub use slot::{InsertMode, Layer, Slot, WeakLayer};
