//! The only place where the core, the SDK and the page meet: the driver, the executors, the durable objects.

mod call;
mod convert;
mod durable;
mod emitter;
mod host;
mod js;
mod manager;
mod options;
mod publisher;
mod shared;
mod tracks;
mod view;

pub use manager::Manager;
