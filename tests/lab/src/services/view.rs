//! Services as JSON: what REST answers, and what callbacks carry. The names are the platform's.

use serde_json::{Map, Value, json};

use super::{Kind, Service, Status};

/// Made-up bytes that a second of a recording takes.
const BYTES_PER_SECOND: u64 = 100_000;

impl Service {
    /// What the platform says of the service. `origin` is where the lab is reached.
    #[must_use]
    pub fn view(&self, application: &str, origin: &str) -> Value {
        let mut view = json!({
            "id": self.id,
            "sessionId": self.session,
            "applicationId": application,
            "projectId": application,
            "status": self.status,
            "createdAt": self.created.as_millis(),
            "updatedAt": self.updated.as_millis(),
        });
        if !self.reason.is_empty() {
            view["reason"] = json!(self.reason);
        }
        match self.kind {
            Kind::Archive => self.put_archive(&mut view, origin),
            Kind::Broadcast => self.put_broadcast(&mut view, origin),
            Kind::Captions => self.put_captions(&mut view),
            Kind::Render => self.put_render(&mut view),
        }
        view
    }

    /// What a callback says of the service. Those of archives and broadcasts name it, as documented.
    #[must_use]
    pub fn news(&self, application: &str, origin: &str) -> Value {
        let mut news = self.view(application, origin);
        if matches!(self.kind, Kind::Archive | Kind::Broadcast) {
            news["event"] = json!(self.kind.name());
        }
        news
    }

    /// Seconds from its start to its end; 0 until then.
    fn duration(&self) -> u64 {
        self.stopped.map_or(0, |stopped| stopped.since(self.created).as_secs())
    }

    fn option(&self, name: &str, usual: Value) -> Value {
        self.options.get(name).cloned().unwrap_or(usual)
    }

    /// Copies those options that were given.
    fn put_given(&self, view: &mut Value, names: &[&str]) {
        let Some(view) = view.as_object_mut() else { return };
        let given = names.iter().filter_map(|name| Some(((*name).to_owned(), self.options.get(*name)?.clone())));
        view.extend(given.collect::<Map<_, _>>());
    }

    fn put_media(&self, view: &mut Value) {
        view["hasAudio"] = self.option("hasAudio", json!(true));
        view["hasVideo"] = self.option("hasVideo", json!(true));
        view["streamMode"] = self.option("streamMode", json!("auto"));
        view["streams"] = json!(self.streams);
        self.put_given(view, &["maxBitrate", "layout", "quantizationParameter"]);
    }

    fn put_archive(&self, view: &mut Value, origin: &str) {
        self.put_media(view);
        let there = matches!(self.status, Status::Available | Status::Uploaded);
        view["name"] = self.option("name", json!(""));
        view["reason"] = json!(self.reason);
        view["outputMode"] = self.option("outputMode", json!("composed"));
        if view["outputMode"] == "composed" {
            view["resolution"] = self.option("resolution", json!("640x480"));
        }
        view["duration"] = json!(self.duration());
        view["size"] = json!(if there { self.duration() * BYTES_PER_SECOND } else { 0 });
        view["url"] = match self.status {
            Status::Available => json!(format!("{origin}/archives/{}/archive.mp4", self.id)),
            Status::Starting | Status::Started | Status::Stopped | Status::Failed | Status::Uploaded => Value::Null,
        };
        self.put_given(view, &["multiArchiveTag", "hasTranscription", "transcriptionProperties"]);
    }

    fn put_broadcast(&self, view: &mut Value, origin: &str) {
        self.put_media(view);
        let outputs = self.option("outputs", json!({}));
        let mut urls = json!({ "rtmp": outputs.get("rtmp").cloned().unwrap_or(json!([])) });
        for stream in urls["rtmp"].as_array_mut().into_iter().flatten() {
            stream["status"] = json!(if self.status.runs() { "live" } else { "offline" });
        }
        if let Some(settings) = outputs.get("hls") {
            urls["hls"] = json!(format!("{origin}/hls/{}/playlist.m3u8", self.id));
            view["settings"] = json!({ "hls": settings });
        }
        view["broadcastUrls"] = urls;
        view["resolution"] = self.option("resolution", json!("640x480"));
        self.put_given(view, &["maxDuration", "multiBroadcastTag"]);
    }

    fn put_captions(&self, view: &mut Value) {
        view["captionId"] = json!(self.id);
        view["captionsId"] = json!(self.id);
        view["duration"] = json!(self.duration());
        view["languageCode"] = self.option("languageCode", json!("en-US"));
        view["provider"] = json!("aws-transcribe");
        self.put_given(view, &["maxDuration", "partialCaptions"]);
    }

    fn put_render(&self, view: &mut Value) {
        view["name"] = json!(self.options.get("properties").and_then(|properties| properties["name"].as_str()));
        view["resolution"] = self.option("resolution", json!("1280x720"));
        // The stream that the real one publishes; nobody does here.
        view["streamId"] = json!(self.id);
        self.put_given(view, &["url", "maxDuration"]);
    }
}
