//! The page: slots with stacked layers, and the first frames of videos. Knows neither the SDK nor the core.

mod frames;
mod slot;

pub use frames::{FirstFrame, LastFrame};
pub use slot::{InsertMode, Layer, Slot, WeakLayer};
