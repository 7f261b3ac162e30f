//! The edge: HTTP, WebSockets, files and the clock around a [`Lab`](crate::lab::Lab).

mod clock;
mod control;
mod cut;
mod files;
mod hub;
mod options;
mod post;
mod rest;
mod service;
mod socket;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::callback::Post;
use crate::lab::{Lab, LabConfig};
use clock::Clock;
use cut::{CuttableListener, Cutter};
use hub::Hub;

pub use options::{Mount, Options};

/// A lab that has its port and is about to serve.
#[derive(Debug)]
pub struct Server {
    listener: CuttableListener,
    address: SocketAddr,
    router: Router,
    hub: Arc<Hub>,
    posts: UnboundedReceiver<Post>,
}

impl Server {
    /// Takes the port.
    ///
    /// # Errors
    ///
    /// The address is not a loopback address: the lab lets anybody in, so it stays at home. Or the port is taken.
    pub async fn bind(options: &Options) -> io::Result<Self> {
        refuse_the_world(options.host)?;
        let listener = TcpListener::bind((options.host, options.port)).await?;
        let address = listener.local_addr()?;
        let clock = Clock::start();
        let config = LabConfig {
            grace: options.grace(),
            processing: options.processing(),
            uploads: options.uploads,
            origin: format!("http://{address}"),
            seed: options.seed.unwrap_or_else(|| clock.now().as_millis()),
            ..LabConfig::default()
        };
        let (sender, posts) = unbounded_channel();
        let hub = Arc::new(Hub::new(Lab::new(config, clock.now()), clock, sender, options.log));
        let app = App { hub: Arc::clone(&hub), address, key: rest::Key::default() };
        let router = router(app, options);
        Ok(Self { listener: CuttableListener(listener), address, router, hub, posts })
    }

    /// The address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until the task is dropped.
    ///
    /// # Errors
    ///
    /// The listener failed.
    pub async fn serve(self) -> io::Result<()> {
        let Self { listener, router, hub, posts, .. } = self;
        let service = router.into_make_service_with_connect_info::<Cutter>();
        tokio::select! {
            served = axum::serve(listener, service) => served,
            () = hub.keep_time() => Ok(()),
            () = post::deliver(Arc::clone(&hub), posts) => Ok(()),
        }
    }
}

/// What every handler knows.
#[derive(Clone, Debug)]
struct App {
    hub: Arc<Hub>,
    address: SocketAddr,
    key: rest::Key,
}

fn router(app: App, options: &Options) -> Router {
    Router::new()
        .nest("/proxy/{host}", service::router().fallback(service::unknown))
        .merge(service::router())
        .merge(rest::router())
        .route("/control", get(control::list))
        .route("/control/{call}", get(control::get).post(control::post))
        .route("/credentials", get(control::credentials))
        .with_state(app)
        .merge(files::router(options))
        .layer(middleware::from_fn(open_to_every_page))
}

/// Lets pages of any origin in, and keeps browsers from remembering answers.
async fn open_to_every_page(request: Request, next: Next) -> Response {
    let allowed = allowances(request.headers());
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    response.headers_mut().extend(allowed);
    response
}

fn allowances(asked: &HeaderMap) -> HeaderMap {
    let or_any = |name| asked.get(name).cloned().unwrap_or_else(|| HeaderValue::from_static("*"));
    HeaderMap::from_iter([
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, or_any(header::ORIGIN)),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, or_any(header::ACCESS_CONTROL_REQUEST_HEADERS)),
        (header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PUT, PATCH, DELETE, OPTIONS")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ])
}

fn refuse_the_world(host: IpAddr) -> io::Result<()> {
    if host.is_loopback() {
        return Ok(());
    }
    let message = format!("{host} is not a loopback address: the lab lets anybody in, so it serves this machine only");
    Err(io::Error::new(io::ErrorKind::PermissionDenied, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lab_serves_its_own_machine_only() {
        for host in ["127.0.0.1", "127.8.8.8", "::1"] {
            assert!(refuse_the_world(host.parse().expect("an address")).is_ok(), "{host}");
        }
        for host in ["0.0.0.0", "::", "192.168.0.1"] {
            assert!(refuse_the_world(host.parse().expect("an address")).is_err(), "{host}");
        }
    }
}
