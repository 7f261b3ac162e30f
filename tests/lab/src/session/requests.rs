//! What clients ask for, and what they get.

use serde_json::json;

use super::{Client, Joining, News, Outbox, SERVER_ROTATION, Session, Stream, Subscription};
use crate::id::{ConnectionId, Ids, StreamId};
use crate::journal::Entry;
use crate::link::{Reply, Sender};
use crate::raptor::{Message, Mute, Negotiation, Request, StreamContent};
use crate::time::Time;
use crate::token::Permission;

/// The circumstances of a request.
#[derive(Debug)]
pub struct Asking<'a> {
    /// Who asks.
    pub asker: &'a ConnectionId,
    /// When.
    pub now: Time,
    /// Where new names come from.
    pub ids: &'a mut Ids,
}

impl Session {
    /// Lets a client in; or, if it is in already, takes note that it has arrived on the server it migrated to.
    pub fn join(&mut self, joining: Joining, now: Time, out: &mut Outbox) -> Reply {
        let Joining { id, link, generation, token, capabilities, quiet } = joining;
        let is_first = self.clients.is_empty();
        let before = self.clients.iter_mut().find(|client| client.id == id);
        let migrated = before.is_some();
        out.entries.push(Entry::Connected {
            session: self.id.clone(),
            connection: id.clone(),
            generation,
            migrated,
            capabilities: capabilities.clone(),
        });
        let joined = before.as_ref().map_or(now, |client| client.joined);
        let client = Client { id, joined, data: token.data, role: token.role, capabilities, quiet, link, generation };
        if !migrated {
            if is_first {
                out.news.push(News::session("sessionCreated", None));
            }
            out.news.push(News::connection("connectionCreated", &client, None));
        }
        let told = Message::ConnectionCreated(client.info());
        out.say(&client, told.clone());
        match before {
            Some(before) => *before = client,
            None => {
                self.clients.iter().filter(|other| !other.quiet).for_each(|other| out.say(other, told.clone()));
                self.clients.push(client);
            }
        }
        let mut state = json!({
            "connection": self.clients.iter().map(Client::info).collect::<Vec<_>>(),
            "stream": self.streams.iter().filter_map(|stream| self.stream_info(stream)).collect::<Vec<_>>(),
        });
        if self.mute_on_entry {
            state["mute"] = json!({ "active": true });
        }
        Reply::ok(state)
    }

    /// Does what a client asks for, if it may.
    pub fn handle_request(&mut self, request: Request, asking: Asking<'_>, out: &mut Outbox) -> Reply {
        let Some(asker) = self.client(asking.asker.as_str()).cloned() else {
            return Reply::refused(404, "Not connected");
        };
        if let Some(permission) = self.needed(&request, &asker.id)
            && !asker.role.may(permission)
        {
            return Reply::refused(403, "The token's role does not permit this");
        }
        match request {
            Request::Connect { .. } | Request::Other { .. } => {}
            Request::Migrate => {
                let everybody: Vec<ConnectionId> = self.clients.iter().map(|client| client.id.clone()).collect();
                self.generation += 1;
                self.notify(&everybody, SERVER_ROTATION, out);
            }
            Request::Disconnect(target) => {
                self.disconnect(std::slice::from_ref(&target), "forceDisconnected", false, out);
            }
            Request::Publish { stream, content } => {
                if self.stream(&stream).is_some_and(|known| known.owner != asker.id) {
                    return Reply::refused(409, "The stream is somebody else's");
                }
                self.publish(&asker, stream, content, asking.now, out);
                return Reply::ok(json!({ "content": { "iceServers": [] } }));
            }
            Request::Unpublish(stream) => self.unpublish(&asker, &stream, out),
            Request::UpdateChannel { stream, channel, change } => {
                let Some(known) = self.streams.iter_mut().find(|known| known.id == stream) else {
                    return Reply::refused(404, "Stream not found");
                };
                let tracks = &mut known.content.channel;
                tracks.iter_mut().filter(|track| track.id == channel).for_each(|track| track.update(&change));
                let message = Message::ChannelUpdated { stream, channel, change };
                self.clients.iter().for_each(|client| out.say(client, message.clone()));
            }
            Request::Subscribe { stream, subscriber } => {
                let Some(publisher) = self.publisher_of(&stream).cloned() else {
                    return Reply::refused(404, "Stream not found");
                };
                let subscription =
                    Subscription { id: subscriber.clone(), stream: stream.clone(), owner: asker.id.clone() };
                self.subscriptions.retain(|known| known.id != subscriber);
                self.subscriptions.push(subscription);
                let created = Message::SubscriberCreated { stream: stream.clone(), subscriber: subscriber.clone() };
                out.say(&asker, created);
                let peer = self.peer(&subscriber, asker.generation);
                let message = Message::GenerateOffer { stream, subscriber, peer };
                out.pass_on(Sender::Client(asker.id), &publisher, message);
                return Reply::ok(json!({ "content": { "iceServers": [] } }));
            }
            Request::Unsubscribe(subscriber) => self.end_subscription(&subscriber, out),
            Request::Negotiate { step, stream, subscriber, content } => {
                let subscriber_side =
                    self.subscription(&subscriber).and_then(|known| self.client(known.owner.as_str()));
                let publisher_side = self.publisher_of(&stream);
                let for_publisher = match step {
                    Negotiation::GenerateOffer | Negotiation::Answer | Negotiation::Pranswer => true,
                    Negotiation::Offer => false,
                    Negotiation::Candidate => publisher_side.is_some_and(|publisher| publisher.id != asker.id),
                };
                if let Some(target) = if for_publisher { publisher_side } else { subscriber_side } {
                    let message = Message::Negotiation { step, stream, subscriber, content };
                    out.pass_on(Sender::Client(asker.id), target, message);
                }
            }
            Request::Signal { to, content } => {
                let message = Message::Signal { id: asking.ids.uuid(), content, connection: Some(asker.info()) };
                let targets: Vec<&Client> = match &to {
                    Some(id) => self.client(id.as_str()).into_iter().collect(),
                    None => self.clients.iter().collect(),
                };
                if to.is_some() && targets.is_empty() {
                    return Reply::refused(404, "Not found");
                }
                let sender = Sender::Client(asker.id.clone());
                targets.iter().for_each(|client| out.pass_on(sender.clone(), client, message.clone()));
            }
            Request::MuteStream { stream, mute } => {
                if !self.mute_stream(stream, mute, out) {
                    return Reply::refused(404, "Stream not found");
                }
            }
            Request::MuteSession(mute) => self.mute(mute, out),
        }
        Reply::ok(json!({}))
    }

    /// The permission that a request takes, if any.
    fn needed(&self, request: &Request, asker: &ConnectionId) -> Option<Permission> {
        let owns = |stream: &StreamId| self.stream(stream).is_none_or(|stream| &stream.owner == asker);
        match request {
            Request::Publish { .. } => Some(Permission::Publish),
            Request::Subscribe { .. } => Some(Permission::Subscribe),
            Request::Signal { .. } => Some(Permission::Signal),
            Request::Disconnect(target) => (target != asker).then_some(Permission::ForceDisconnect),
            Request::Unpublish(stream) => (!owns(stream)).then_some(Permission::ForceUnpublish),
            Request::UpdateChannel { stream, .. } => (!owns(stream)).then_some(Permission::ForceMute),
            Request::MuteStream { .. } | Request::MuteSession(_) => Some(Permission::ForceMute),
            Request::Connect { .. }
            | Request::Unsubscribe(_)
            | Request::Negotiate { .. }
            | Request::Migrate
            | Request::Other { .. } => None,
        }
    }

    fn publish(&mut self, asker: &Client, id: StreamId, content: StreamContent, now: Time, out: &mut Outbox) {
        let before = self.streams.iter_mut().find(|stream| stream.id == id);
        let again = before.is_some();
        let began = before.as_ref().map_or(now, |stream| stream.began);
        let stream = Stream { id: id.clone(), owner: asker.id.clone(), began, content };
        match before {
            Some(before) => *before = stream.clone(),
            None => self.streams.push(stream.clone()),
        }
        out.entries.push(Entry::StreamCreated {
            session: self.id.clone(),
            stream: id,
            connection: asker.id.clone(),
            generation: asker.generation,
        });
        if !again {
            out.news.push(News::stream("streamCreated", &stream, asker, None));
        }
        let Some(info) = self.stream_info(&stream) else { return };
        // A stream that begins again after a migration is news only to those who are on the new server, too.
        let told = self.clients.iter().filter(|client| !again || client.generation == asker.generation);
        told.for_each(|client| out.say(client, Message::StreamCreated(info.clone())));
    }

    fn unpublish(&mut self, asker: &Client, id: &StreamId, out: &mut Outbox) {
        let Some(stream) = self.stream(id) else { return };
        let own = stream.owner == asker.id;
        if let Some(owner) = self.publisher_of(id).cloned() {
            let reason = if own { "clientDisconnected" } else { "forceUnpublished" };
            self.tell_of_end(id, &owner, reason, out);
        }
        if own {
            self.end_stream(id, "clientDisconnected", Some(&asker.id), out);
        } else {
            self.end_stream(id, "forceUnpublished", None, out);
        }
    }

    /// Tells the publisher of a stream that it is muted. Says whether there is one.
    pub fn mute_stream(&self, stream: StreamId, mute: Mute, out: &mut Outbox) -> bool {
        let Some(publisher) = self.publisher_of(&stream) else { return false };
        out.say(publisher, Message::MuteStream { stream, mute });
        true
    }

    /// Tells everybody that all are muted; each publisher hears it of each of its streams, but for those spared.
    pub fn mute(&mut self, mute: Mute, out: &mut Outbox) {
        self.mute_on_entry = mute.active;
        self.clients.iter().for_each(|client| out.say(client, Message::MuteSession(mute.clone())));
        let muted = self.streams.iter().filter(|stream| mute.active && !mute.exclusion.contains(&stream.id));
        for stream in muted {
            let Some(publisher) = self.client(stream.owner.as_str()) else { continue };
            out.say(publisher, Message::MuteStream { stream: stream.id.clone(), mute: mute.clone() });
        }
    }
}
