//! One WebSocket, between its client and the hub.

use std::sync::Arc;

use axum::extract::ws::{CloseFrame, Message, WebSocket};

use super::hub::{Hub, Order};
use crate::lab::Opening;

/// Carries frames both ways until either side ends it.
pub(super) async fn run(hub: Arc<Hub>, mut socket: WebSocket, opening: Opening) {
    let (wire, mut orders) = hub.open(opening);
    loop {
        tokio::select! {
            message = socket.recv() => match message {
                Some(Ok(Message::Binary(bytes))) => hub.with(|lab, now| lab.handle_frame(wire, &bytes, now)),
                Some(Ok(Message::Text(_) | Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => break,
            },
            order = orders.recv() => match order {
                Some(Order::Send(bytes)) => {
                    if socket.send(Message::Binary(bytes.into())).await.is_err() {
                        break;
                    }
                }
                Some(Order::Close(code)) => {
                    let farewell = Message::Close(Some(CloseFrame { code, reason: "".into() }));
                    let _ = socket.send(farewell).await;
                    break;
                }
                Some(Order::Cut) | None => break,
            },
        }
    }
    hub.close(wire);
}
