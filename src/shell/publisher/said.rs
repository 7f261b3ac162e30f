//! What the app has said of how a publisher is to be: it is said again to the next one.

use std::cell::RefCell;

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::shell::js;

/// Calls that are options of a new publisher as well.
const OPTIONS: [&str; 4] = ["publishAudio", "publishVideo", "publishCaptions", "videoContentHint"];

/// Calls that are passed on as they are; those with a promise are arranged.
pub(super) const STATES: [&str; 10] = [
    OPTIONS[0],
    OPTIONS[1],
    OPTIONS[2],
    "setVideoContentHint",
    "setStyle",
    "setPreferredFrameRate",
    "setPreferredResolution",
    "setTargetScalabilityMode",
    "setMaxVideoBitrate",
    "setVideoBitratePreset",
];

/// What a call decides: of two that decide the same, the later one counts. `None`: nothing that has to be said again.
/// A filter is remembered only until the SDK has answered; then it can be asked for, as can styles and devices.
fn topic(name: &str) -> Option<&'static str> {
    Some(match name {
        "publishAudio" => OPTIONS[0],
        "publishVideo" => OPTIONS[1],
        "publishCaptions" => OPTIONS[2],
        "setVideoContentHint" => OPTIONS[3],
        "setStyle" => "style",
        "setPreferredFrameRate" => "frameRate",
        "setPreferredResolution" => "resolution",
        "setTargetScalabilityMode" => "scalability",
        "setMaxVideoBitrate" | "setVideoBitratePreset" => "bitrate",
        "applyVideoFilter" | "clearVideoFilter" => "videoFilter",
        "applyAudioFilter" | "clearAudioFilter" => "audioFilter",
        "setVideoMediaProcessorConnector" => "videoProcessor",
        "setAudioMediaProcessorConnector" => "audioProcessor",
        _ => return None,
    })
}

/// What the app has said, in the order in which it did.
#[derive(Default)]
pub(super) struct Said(RefCell<Vec<(&'static str, String, Array)>>);

impl Said {
    /// Takes note of a call; whether it is one that every publisher has to hear.
    pub(super) fn note(&self, name: &str, args: &Array) -> bool {
        let Some(topic) = topic(name) else { return false };
        let mut said = self.0.borrow_mut();
        said.retain(|(other, ..)| *other != topic);
        said.push((topic, name.to_owned(), args.clone()));
        true
    }

    /// A call need not be said again, unless something else has been said since.
    pub(super) fn forget(&self, args: &Array) {
        self.0.borrow_mut().retain(|(.., said)| said != args);
    }

    /// The first argument of the last call about something.
    pub(super) fn last(&self, about: &str) -> Option<JsValue> {
        self.0.borrow().iter().find(|(topic, ..)| *topic == about).map(|(.., args)| args.get(0))
    }

    /// What of it are options of a new publisher.
    pub(super) fn set_options(&self, options: &Object) {
        for (topic, _, args) in &*self.0.borrow() {
            if OPTIONS.contains(topic) {
                js::set(options, topic, args.get(0));
            }
        }
    }

    /// What else there is to say to a new publisher.
    pub(super) fn calls(&self) -> Vec<(String, Array)> {
        let said = self.0.borrow();
        let rest = said.iter().filter(|(topic, ..)| !OPTIONS.contains(topic) && *topic != "style");
        rest.map(|(_, name, args)| (name.clone(), args.clone())).collect()
    }
}
