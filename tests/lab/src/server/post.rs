//! Callbacks over HTTP.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, header};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::hub::Hub;
use crate::callback::Post;

/// How long an answer is waited for. (How long the platform waits isn't documented.)
const PATIENCE: Duration = Duration::from_secs(10);

/// Posts whatever there is to post, side by side, and tells the hub how each ended. Never ends.
pub(super) async fn deliver(hub: Arc<Hub>, mut posts: UnboundedReceiver<Post>) {
    let client: Client<HttpConnector, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let mut under_way = JoinSet::new();
    loop {
        tokio::select! {
            post = posts.recv() => {
                let Some(post) = post else { return std::future::pending().await };
                let (hub, client) = (Arc::clone(&hub), client.clone());
                under_way.spawn(async move {
                    let number = post.number;
                    let status = timeout(PATIENCE, send(&client, post)).await.ok().flatten();
                    hub.with(|lab, now| lab.handle_posted(number, status, now));
                });
            }
            Some(_) = under_way.join_next() => {}
        }
    }
}

/// Posts, and returns the answer's status if there was one.
async fn send(client: &Client<HttpConnector, Full<Bytes>>, post: Post) -> Option<u16> {
    let mut request = Request::post(&post.url).header(header::CONTENT_TYPE, "application/json");
    if let Some(authorization) = &post.authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    let request = request.body(Full::from(post.body)).ok()?;
    Some(client.request(request).await.ok()?.status().as_u16())
}
