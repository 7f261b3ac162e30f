//! The page: slots with stacked layers, and the first frames of videos. Knows neither the SDK nor the core.

mod frames;
mod slot;

pub(crate) use frames::{FirstFrame, LastFrame};
pub(crate) use slot::{InsertMode, Layer, Slot, WeakLayer};
