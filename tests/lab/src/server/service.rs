//! The service's own addresses: configuration, session info, logging, and the socket.

use axum::Json;
use axum::Router;
use axum::extract::ws::{CloseFrame, Message, WebSocketUpgrade};
use axum::extract::{ConnectInfo, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::sleep;

use super::cut::Cutter;
use super::{App, socket};
use crate::fault::{Blow, Harm, Point};
use crate::id::SessionId;
use crate::journal::Entry;
use crate::lab::{Lab, Opening};
use crate::time::Time;
use crate::token::TokenError;

/// The addresses, as they are and behind `/proxy/<host>`.
pub(super) fn router() -> Router<App> {
    Router::new()
        .route("/project/{key}/config.json", get(config))
        .route("/session/{session}", get(info))
        .route("/logging/{*what}", any(logging))
        // The SDK tells its quality reports to an address of its own below another host.
        .route("/prod/logging/{*what}", any(logging))
        .route("/rumor/{session}/{generation}", any(rumor))
}

/// Whatever else the SDK asks for behind the proxy: style sheets are empty, the rest isn't there.
pub(super) async fn unknown(uri: Uri) -> Response {
    if uri.path().ends_with(".css") {
        return ([(header::CONTENT_TYPE, "text/css")], "").into_response();
    }
    let error = format!("the lab does not stand in for {}", uri.path());
    (StatusCode::NOT_FOUND, Json(json!({ "error": error }))).into_response()
}

async fn config(State(app): State<App>, ConnectInfo(cutter): ConnectInfo<Cutter>) -> Response {
    let blow = app.hub.with(|lab, now| {
        lab.note(Entry::Config, now);
        lab.strike(Point::Config, None, None, now)
    });
    match suffer(blow, &cutter).await {
        Some(harmed) => harmed,
        None => Json(json!({})).into_response(),
    }
}

/// The SDK's analytics, which nobody reads.
async fn logging() -> Json<Value> {
    Json(json!({}))
}

#[derive(Deserialize)]
struct InfoPath {
    session: String,
}

async fn info(
    State(app): State<App>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    Path(InfoPath { session }): Path<InfoPath>,
    headers: HeaderMap,
) -> Response {
    let blow = app.hub.with(|lab, now| lab.strike(Point::Info, Some(&session), None, now));
    if let Some(harmed) = suffer(blow, &cutter).await {
        return harmed;
    }
    let token = headers.get("x-opentok-auth").and_then(|token| token.to_str().ok()).unwrap_or_default();
    let origin = format!("ws://{}", app.address);
    Json(app.hub.with(|lab, now| session_info(lab, &session, token, &origin, now))).into_response()
}

/// Session info, or the error that stands in its place.
fn session_info(lab: &mut Lab, session: &str, token: &str, origin: &str, now: Time) -> Value {
    let admitted = lab.read_token(token, now).and_then(|token| token.admits(session, now));
    let (name, refused) = (SessionId::from(session), admitted.err().map(|error| error.to_string()));
    lab.note(Entry::Info { session: name.clone(), refused }, now);
    if let Err(error) = admitted {
        return error_node(403, &TokenError::to_string(&error));
    }
    let session = lab.ensure_session(&name, now);
    let generation = session.generation;
    let preference = match session.mode {
        crate::session::Mode::Relayed => "enabled",
        crate::session::Mode::Routed => "disabled",
    };
    let socket = format!("{origin}/rumor/{}/{generation}", percent_encoded(&name));
    json!([{
        "session_id": name,
        "partner_id": session.application,
        "session_status": "VALID",
        "messaging_server_url": "127.0.0.1",
        "messaging_url": socket,
        "media_server_hostname": format!("mantis-{generation}.local"),
        "symphony_address": "symphony.local",
        "ice_servers": [],
        "properties": {
            "p2p": { "preference": { "value": preference } },
            "reconnection": session.reconnection,
            "renegotiation": true,
            "simulcast": false,
            "h264": true,
            "vp8": true,
            "vp9": true,
            "priorityVideoCodec": "vp8",
        },
    }])
}

#[derive(Deserialize)]
struct SocketPath {
    session: String,
    generation: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SocketQuery {
    #[serde(default)]
    socket_id: String,
    #[serde(default)]
    reconnect: bool,
}

async fn rumor(
    State(app): State<App>,
    ConnectInfo(cutter): ConnectInfo<Cutter>,
    Path(SocketPath { session, generation }): Path<SocketPath>,
    Query(SocketQuery { socket_id, reconnect }): Query<SocketQuery>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let blow = app.hub.with(|lab, now| lab.strike(Point::Socket, Some(&session), Some(generation), now));
    if let Some(Blow { delay, harm: Some(Harm::Close(code)), .. }) = blow {
        sleep(delay).await;
        return upgrade.on_upgrade(move |mut socket| async move {
            let _ = socket.send(Message::Close(Some(CloseFrame { code, reason: "".into() }))).await;
        });
    }
    if let Some(harmed) = suffer(blow, &cutter).await {
        return harmed;
    }
    let opening = Opening { session: session.into(), generation, socket_id, reconnect };
    upgrade.on_upgrade(move |socket| socket::run(app.hub, socket, opening))
}

/// Lets a fault do its harm. `None`: there is none, and the right thing is to be done.
pub(super) async fn suffer(blow: Option<Blow>, cutter: &Cutter) -> Option<Response> {
    let Blow { delay, harm, retry_after } = blow?;
    sleep(delay).await;
    match harm? {
        Harm::Hang | Harm::Close(_) | Harm::Lose => std::future::pending().await,
        Harm::Destroy => {
            cutter.cut();
            std::future::pending().await
        }
        Harm::Status { code, body } => {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let mut response = (status, body).into_response();
            if let Some(seconds) = retry_after {
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
            }
            Some(response)
        }
        Harm::Body(body) => Some(([(header::CONTENT_TYPE, "application/json")], body).into_response()),
        Harm::ErrorNode { code, message } => Some(Json(error_node(code, &message)).into_response()),
    }
}

fn error_node(code: u16, message: &str) -> Value {
    json!([{ "error": { "code": code.to_string(), "errorMessage": { "message": message } } }])
}

fn percent_encoded(name: &SessionId) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    name.as_str().bytes().map(encode).collect()
}
