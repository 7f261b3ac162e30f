//! The only place where the core, the SDK and the page meet: the driver, the executors, the durable objects.

mod call;
mod convert;
mod durable;
pub mod emitter;
mod host;
mod js;
mod manager;
mod options;
mod picture;
mod publisher;
mod shared;
pub mod tracks;
mod view;

pub use manager::Manager;
