//! The only place where the core, the SDK and the page meet: the driver, the executors, the durable objects.

mod call;
mod clock;
mod convert;
mod durable;
mod emitter;
mod host;
mod js;
mod manager;
mod options;
mod picture;
mod publisher;
mod shared;
mod surroundings;
mod tile;
pub mod tracks;
mod view;

pub use manager::Manager;
