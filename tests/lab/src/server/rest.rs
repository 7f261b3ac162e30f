//! REST over HTTP, the application's key, and the playlists of broadcasts.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

use super::App;
use super::cut::Cutter;
use super::service::suffer;
use crate::fault::{Blow, Harm};
use crate::jwt::PrivateKey;
use crate::rest::{self, Answer, Request};
use crate::services::Kind;

/// The application's key, once somebody has asked for it: making one takes a moment.
pub(super) type Key = Arc<OnceCell<String>>;

/// The addresses of the application's server.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/session/create", post(handle))
        .route("/v2/project/{*what}", any(handle))
        .route("/credentials/application", get(application))
        .route("/hls/{id}/playlist.m3u8", get(playlist))
}

async fn handle(
    State(app): State<App>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let read = Request::read(method.as_str(), target, text(header::AUTHORIZATION), text(header::CONTENT_TYPE), &body);
    let request = match read {
        Ok(request) => request,
        Err(refusal) => return response(Answer { status: refusal.status, body: Some(refusal.to_json()) }),
    };
    let blow = app.hub.with(|lab, now| rest::strike(lab, &request, now));
    if let Some(Blow { delay, harm: Some(Harm::Lose), .. }) = blow {
        sleep(delay).await;
        app.hub.with(|lab, now| rest::handle(lab, &request, now));
        cutter.cut();
        return std::future::pending().await;
    }
    if let Some(harmed) = suffer(blow, &cutter).await {
        return harmed;
    }
    response(app.hub.with(|lab, now| rest::handle(lab, &request, now)))
}

fn response(Answer { status, body }: Answer) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    body.map_or_else(|| status.into_response(), |body| (status, Json(body)).into_response())
}

/// `GET /credentials/application`: all that the vendor's library needs.
async fn application(State(app): State<App>) -> Response {
    let made = app.key.get_or_try_init(|| async {
        let made = spawn_blocking(|| {
            let key = PrivateKey::generate().map_err(|error| error.to_string())?;
            let pem = key.pem().map_err(|error| error.to_string())?;
            Ok::<_, String>((key.public(), pem))
        });
        let (public, pem) = made.await.map_err(|error| error.to_string())??;
        app.hub.with(|lab, _| lab.trust(public));
        Ok::<_, String>(pem)
    });
    match made.await {
        Ok(pem) => {
            let application = app.hub.with(|lab, _| lab.application().to_owned());
            let host = format!("http://{}", app.address);
            Json(json!({ "applicationId": application, "privateKey": pem, "videoHost": host })).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": error }))).into_response(),
    }
}

#[derive(Deserialize)]
struct PlaylistPath {
    id: String,
}

/// A broadcast's playlist: without pictures, but it says whether there is more to come.
async fn playlist(State(app): State<App>, Path(PlaylistPath { id }): Path<PlaylistPath>) -> Response {
    let runs = app.hub.with(|lab, _| lab.services.get(Kind::Broadcast, &id).map(|service| service.status.runs()));
    let Some(runs) = runs else { return StatusCode::NOT_FOUND.into_response() };
    let end = if runs { "" } else { "#EXT-X-ENDLIST\n" };
    let kind = HeaderValue::from_static("application/vnd.apple.mpegurl");
    let text = format!("#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n{end}");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
