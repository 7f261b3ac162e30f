//! Puppets: clients without a socket, so that there is somebody in a session where no browser runs.

use serde_json::json;

use super::{CLOSE_AFTER, Lab};
use crate::id::{ConnectionId, LinkId, SessionId, StreamId};
use crate::raptor::{Channel, Request, StreamContent};
use crate::session::{Asking, Joining, Outbox};
use crate::time::Time;
use crate::token::{DEFAULT_EXPIRY, Role};

/// How a puppet joins.
#[derive(Clone, Debug)]
pub struct Puppet<'a> {
    /// The text in its token.
    pub data: &'a str,
    /// What it may do.
    pub role: Role,
    /// Whether it can migrate. It stays then, and does nothing else.
    pub migrates: bool,
    /// The name of the stream that it publishes, if it does.
    pub publishes: Option<&'a str>,
}

impl Lab {
    /// Puts a puppet into a session, which may be new. It hears whatever it is told, and says nothing. Says its
    /// connection, and its stream if it has one.
    pub fn seat(&mut self, session: &SessionId, puppet: &Puppet<'_>, now: Time) -> (ConnectionId, Option<StreamId>) {
        let token = self.issue(session, puppet.role, puppet.data, DEFAULT_EXPIRY, now);
        let id = ConnectionId::from(self.ids.uuid());
        self.next_link += 1;
        let link = LinkId(self.next_link);
        let stream = puppet.publishes.map(|_| StreamId::from(self.ids.uuid()));
        let mut out = Outbox::default();
        let ids = &mut self.ids;
        if let Some(seated) = self.sessions.get_mut(session) {
            let capabilities = if puppet.migrates { vec!["migrate".to_owned()] } else { Vec::new() };
            let generation = seated.generation;
            let joining = Joining { id: id.clone(), link, generation, token, capabilities, quiet: false };
            seated.join(joining, now, &mut out);
            if let Some(stream) = stream.clone() {
                let content = content(puppet.publishes.unwrap_or_default());
                let asking = Asking { asker: &id, now, ids };
                seated.handle_request(Request::Publish { stream, content }, asking, &mut out);
            }
        }
        self.send(session.as_str(), out, CLOSE_AFTER, now);
        (id, stream)
    }
}

fn content(name: &str) -> StreamContent {
    let channel = |medium: &str| Channel {
        id: format!("{medium}1"),
        medium: medium.to_owned(),
        active: true,
        rest: json!({ "source": "camera" }).as_object().cloned().unwrap_or_default(),
    };
    let rest = serde_json::Map::default();
    StreamContent { name: Some(name.to_owned()), channel: vec![channel("audio"), channel("video")], rest }
}
