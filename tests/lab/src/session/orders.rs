//! What the servers do of their own accord.

use super::{Client, Outbox, Session};
use crate::id::{ConnectionId, Ids};
use crate::link::Sender;
use crate::raptor::{Message, SignalContent};

impl Session {
    /// Disconnects clients by force: each is told so of itself, and those who stay are told of those who go.
    ///
    /// With `others`, each is first told that everybody else is gone, too.
    pub fn disconnect(&mut self, who: &[ConnectionId], reason: &str, others: bool, out: &mut Outbox) {
        let (going, staying) = self.clients.drain(..).partition(|client: &Client| who.contains(&client.id));
        let going: Vec<Client> = going;
        if others {
            let everybody: Vec<&Client> = going.iter().chain(&staying).collect();
            going.iter().for_each(|client| self.tell_of_everybody_else(client, &everybody, reason, out));
        }
        self.clients = staying;
        for client in &going {
            let message = Message::ConnectionDeleted { connection: client.id.clone(), reason: reason.to_owned() };
            out.say(client, message);
            out.closing.push(client.link);
        }
        for client in going {
            let id = client.id.clone();
            self.clients.push(client);
            self.leave(&id, reason, out);
        }
    }

    /// Tells clients to migrate, if the reason is `serverRotation`; otherwise the SDK takes no notice.
    pub fn notify(&self, who: &[ConnectionId], reason: &str, out: &mut Outbox) {
        for client in self.clients.iter().filter(|client| who.contains(&client.id)) {
            out.say(client, Message::Notification { reason: reason.to_owned() });
        }
    }

    /// Signals to clients without a sender, as an app server does.
    pub fn signal(&self, who: &[ConnectionId], content: &SignalContent, ids: &mut Ids, out: &mut Outbox) {
        for client in self.clients.iter().filter(|client| who.contains(&client.id)) {
            let message = Message::Signal { id: ids.uuid(), content: content.clone(), connection: None };
            out.pass_on(Sender::App, client, message);
        }
    }

    fn tell_of_everybody_else(&self, client: &Client, everybody: &[&Client], reason: &str, out: &mut Outbox) {
        for stream in self.streams.iter().filter(|stream| stream.owner != client.id) {
            out.say(client, Message::StreamDeleted { stream: stream.id.clone(), reason: reason.to_owned() });
        }
        for other in everybody.iter().filter(|other| other.id != client.id) {
            let message = Message::ConnectionDeleted { connection: other.id.clone(), reason: reason.to_owned() };
            out.say(client, message);
        }
    }
}
