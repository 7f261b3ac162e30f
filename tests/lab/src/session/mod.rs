//! Sessions: who is there, what they publish, who watches it.
//!
//! Everything here is pure: a [`Request`](crate::raptor::Request) or an order goes in, and what has to be said to whom comes
//! out in an [`Outbox`].

mod news;
mod orders;
mod parts;
mod requests;

use crate::id::{ConnectionId, LinkId, SessionId, StreamId, SubscriberId};
use crate::journal::Entry;
use crate::link::Sender;
use crate::raptor::{Message, Peer, StreamInfo};

pub use news::News;
pub use parts::{Client, Joining, Mode, Properties, Stream, Subscription};
pub use requests::Asking;

/// The reason that the service gives when its servers rotate, and the one that makes the SDK migrate.
pub const SERVER_ROTATION: &str = "serverRotation";

/// A message for one client.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// Where it goes.
    pub to: LinkId,
    /// Who says it.
    pub sender: Sender,
    /// What is said.
    pub message: Message,
}

/// What follows from a request or an order.
#[derive(Debug, Default)]
pub struct Outbox {
    /// What is to be said, in order.
    pub deliveries: Vec<Delivery>,
    /// Links that are to be closed, once what is said on them has had time to arrive.
    pub closing: Vec<LinkId>,
    /// What is to be written in the journal.
    pub entries: Vec<Entry>,
    /// What the application's server may want to hear.
    pub news: Vec<News>,
}

impl Outbox {
    fn say(&mut self, client: &Client, message: Message) {
        self.pass_on(Sender::Server, client, message);
    }

    fn pass_on(&mut self, sender: Sender, client: &Client, message: Message) {
        self.deliveries.push(Delivery { to: client.link, sender, message });
    }
}

/// A session.
#[derive(Debug)]
pub struct Session {
    /// Its ID.
    pub id: SessionId,
    /// Whose it is.
    pub application: String,
    /// How media travel.
    pub mode: Mode,
    /// What else it was created with.
    pub properties: Properties,
    /// Counts the rotations of its servers.
    pub generation: u32,
    /// Whether clients may try to come back when they lose their socket.
    pub reconnection: bool,
    mute_on_entry: bool,
    clients: Vec<Client>,
    streams: Vec<Stream>,
    subscriptions: Vec<Subscription>,
}

impl Session {
    /// An empty session.
    #[must_use]
    pub fn new(id: SessionId, application: String, mode: Mode) -> Self {
        Self {
            id,
            application,
            mode,
            properties: Properties::default(),
            generation: 0,
            reconnection: true,
            mute_on_entry: false,
            clients: Vec::new(),
            streams: Vec::new(),
            subscriptions: Vec::new(),
        }
    }

    /// The address under which messages name the session.
    #[must_use]
    pub fn base(&self) -> String {
        format!("/v2/partner/{}/session/{}", self.application, self.id)
    }

    /// Everybody, in the order in which they joined.
    #[must_use]
    pub fn clients(&self) -> &[Client] {
        &self.clients
    }

    /// All streams, oldest first.
    #[must_use]
    pub fn streams(&self) -> &[Stream] {
        &self.streams
    }

    /// All subscriptions, oldest first.
    #[must_use]
    pub fn subscriptions(&self) -> &[Subscription] {
        &self.subscriptions
    }

    /// One client.
    #[must_use]
    pub fn client(&self, id: &str) -> Option<&Client> {
        self.clients.iter().find(|client| client.id.as_str() == id)
    }

    /// The client that is reached over this link; nobody, if it has migrated away from it.
    #[must_use]
    pub fn client_on(&self, link: LinkId) -> Option<&Client> {
        self.clients.iter().find(|client| client.link == link)
    }

    /// Takes a client out, and tells the others why.
    pub fn leave(&mut self, id: &ConnectionId, reason: &str, out: &mut Outbox) {
        let Some(at) = self.clients.iter().position(|client| &client.id == id) else { return };
        let client = self.clients.remove(at);
        let (gone, kept) = self.subscriptions.drain(..).partition(|subscription| &subscription.owner == id);
        self.subscriptions = kept;
        gone.iter().for_each(|subscription: &Subscription| self.tell_publisher_of_end(subscription, out));
        let streams: Vec<StreamId> = self.streams_of(id).map(|stream| stream.id.clone()).collect();
        for stream in &streams {
            self.tell_of_end(stream, &client, reason, out);
            self.end_stream(stream, reason, None, out);
        }
        for client in self.clients.iter().filter(|client| !client.quiet) {
            out.say(client, Message::ConnectionDeleted { connection: id.clone(), reason: reason.to_owned() });
        }
        out.entries.push(Entry::Disconnected {
            session: self.id.clone(),
            connection: id.clone(),
            reason: reason.to_owned(),
        });
        out.news.push(News::connection("connectionDestroyed", &client, Some(reason)));
    }

    /// Tells everybody.
    pub fn tell_all(&self, message: &Message, out: &mut Outbox) {
        self.clients.iter().for_each(|client| out.say(client, message.clone()));
    }

    fn streams_of(&self, owner: &ConnectionId) -> impl Iterator<Item = &Stream> {
        self.streams.iter().filter(move |stream| &stream.owner == owner)
    }

    fn stream(&self, id: &StreamId) -> Option<&Stream> {
        self.streams.iter().find(|stream| &stream.id == id)
    }

    fn subscription(&self, id: &SubscriberId) -> Option<&Subscription> {
        self.subscriptions.iter().find(|subscription| &subscription.id == id)
    }

    fn end_stream(&mut self, id: &StreamId, reason: &str, but: Option<&ConnectionId>, out: &mut Outbox) {
        self.streams.retain(|stream| &stream.id != id);
        self.subscriptions.retain(|subscription| &subscription.stream != id);
        for client in self.clients.iter().filter(|client| Some(&client.id) != but) {
            out.say(client, Message::StreamDeleted { stream: id.clone(), reason: reason.to_owned() });
        }
        out.entries.push(Entry::StreamDeleted {
            session: self.id.clone(),
            stream: id.clone(),
            reason: reason.to_owned(),
        });
    }

    fn tell_of_end(&self, id: &StreamId, owner: &Client, reason: &str, out: &mut Outbox) {
        let news = self.stream(id).map(|stream| News::stream("streamDestroyed", stream, owner, Some(reason)));
        out.news.extend(news);
    }

    fn end_subscription(&mut self, id: &SubscriberId, out: &mut Outbox) {
        let Some(at) = self.subscriptions.iter().position(|subscription| &subscription.id == id) else { return };
        let ended = self.subscriptions.remove(at);
        self.tell_publisher_of_end(&ended, out);
    }

    fn tell_publisher_of_end(&self, ended: &Subscription, out: &mut Outbox) {
        let Some(publisher) = self.publisher_of(&ended.stream) else { return };
        let message = Message::SubscriberDeleted { stream: ended.stream.clone(), subscriber: ended.id.clone() };
        out.pass_on(Sender::Client(ended.owner.clone()), publisher, message);
    }

    fn publisher_of(&self, stream: &StreamId) -> Option<&Client> {
        self.client(self.stream(stream)?.owner.as_str())
    }

    fn stream_info(&self, stream: &Stream) -> Option<StreamInfo> {
        let owner = self.client(stream.owner.as_str())?;
        Some(StreamInfo {
            id: stream.id.clone(),
            creation_time: stream.began.as_millis(),
            connection: owner.info(),
            connection_id: owner.id.clone(),
            source_stream_id: self.mode.source(),
            content: stream.content.clone(),
        })
    }

    /// The peer connection that a subscriber on this generation of servers needs.
    fn peer(&self, subscriber: &SubscriberId, generation: u32) -> Peer {
        let peer_id = match self.mode {
            Mode::Relayed => None,
            Mode::Routed => Some(format!("{generation}-{subscriber}")),
        };
        Peer { peer_id, source_stream_id: self.mode.source(), simulcast_enabled: false }
    }
}
