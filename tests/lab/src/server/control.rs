//! The control API over HTTP.

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::App;
use crate::control::{self, ControlError};

type Given = Query<std::collections::BTreeMap<String, String>>;

#[derive(Deserialize)]
pub(super) struct CallPath {
    call: String,
}

/// `GET /control`
pub(super) async fn list() -> Json<Value> {
    Json(control::list())
}

/// `GET /control/<call>?argument=value`
pub(super) async fn get(
    State(app): State<App>,
    Path(CallPath { call }): Path<CallPath>,
    Query(query): Given,
) -> Response {
    answer(&app, &call, query.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}

/// `POST /control/<call>` with a JSON object (or nothing) as its body.
pub(super) async fn post(
    State(app): State<App>,
    Path(CallPath { call }): Path<CallPath>,
    Query(query): Given,
    body: Bytes,
) -> Response {
    let mut given: Map<String, Value> = query.into_iter().map(|(name, value)| (name, Value::String(value))).collect();
    if !body.is_empty() {
        match serde_json::from_slice::<Map<String, Value>>(&body) {
            Ok(object) => given.extend(object),
            Err(error) => return refusal(&ControlError::Body(error.to_string())),
        }
    }
    answer(&app, &call, given)
}

/// `GET /credentials?session=ID`: what an app's own server would answer.
pub(super) async fn credentials(State(app): State<App>, Query(query): Given) -> Response {
    answer(&app, "token", query.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
}

fn answer(app: &App, call: &str, given: Map<String, Value>) -> Response {
    match app.hub.with(|lab, now| control::call(lab, call, given, now)) {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &ControlError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(error.to_json())).into_response()
}
