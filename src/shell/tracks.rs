//! What a second publisher captures, and how it doesn't end what the app owns.

use js_sys::{Function, Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::MediaStreamTrack;

use super::js;
use crate::ot;

/// The capture options of a publisher that goes on where `current` is: the app's own tracks as they are, else the same
/// devices once more. A device that is open already is opened again without a question, and a publisher that opened
/// it itself keeps all its abilities (SDK-FACTS, trap 4). A shared screen can't be opened again unasked: its track is
/// cloned.
pub(super) fn succeed(options: &Object, current: &ot::Publisher) {
    let given = js::get(options, "videoSource");
    let screen = matches!(given.as_string().as_deref(), Some("screen" | "window" | "application" | "browser"));
    if let Ok(source) = current.video_source() {
        match (screen, js::get_string(&source, "deviceId")) {
            (true, _) => {
                if let Ok(track) = js::get(&source, "track").dyn_into::<MediaStreamTrack>() {
                    js::set(options, "videoSource", track.clone());
                }
            }
            (_, Some(device)) if !is_off(&given) && !is_track(&given) => {
                js::set(options, "videoSource", device);
            }
            _ => {}
        }
    }
    let given = js::get(options, "audioSource");
    if !is_off(&given) && !is_track(&given) {
        match current.audio_source().and_then(JsCast::dyn_into::<MediaStreamTrack>) {
            Ok(track) => {
                if let Some(device) = js::get_string(&track.get_settings(), "deviceId") {
                    js::set(options, "audioSource", device);
                }
            }
            // Few screens have any, but with a track in the place of "screen" the SDK would open the microphone.
            Err(_) if screen => js::set(options, "audioSource", JsValue::NULL),
            Err(_) => {}
        }
    }
}

/// Runs `destroy`, which makes the SDK stop every track of a publisher and forget to listen to its end, so that both
/// go on for the tracks that the app supplied: the publisher's successor shows and sounds them too (SDK-FACTS, trap 3).
pub fn shielded(options: &Object, destroy: impl FnOnce()) {
    let tracks = supplied(options);
    let ended = Ended::of(&tracks);
    let stop = JsValue::from_str("stop");
    let nothing = Function::new_no_args("");
    for track in &tracks {
        let _ = Reflect::set(track, &stop, &nothing);
    }
    destroy();
    for track in &tracks {
        let _ = Reflect::delete_property(track.unchecked_ref::<Object>(), &stop);
    }
    ended.restore();
}

/// What listens to the end of the tracks that the app supplied. The SDK chains its own listener to the one that it
/// finds, and with it the publisher: so each publisher must find the app's own.
pub struct Ended(Vec<(MediaStreamTrack, Option<Function>)>);

impl Ended {
    /// The listeners of the moment.
    pub fn now(options: &Object) -> Self {
        Self::of(&supplied(options))
    }

    /// Puts the listeners back.
    pub fn restore(&self) {
        for (track, listener) in &self.0 {
            track.set_onended(listener.as_ref());
        }
    }

    fn of(tracks: &[MediaStreamTrack]) -> Self {
        // A track's own clone() would make another track, on which nobody listens and which nobody stops.
        Self(tracks.iter().map(|track| (Clone::clone(track), track.onended())).collect())
    }
}

fn supplied(options: &Object) -> Vec<MediaStreamTrack> {
    ["videoSource", "audioSource"].into_iter().filter_map(|name| js::get(options, name).dyn_into().ok()).collect()
}

fn is_track(value: &JsValue) -> bool {
    value.is_instance_of::<MediaStreamTrack>()
}

/// `null` or `false`: the publisher is without it.
fn is_off(value: &JsValue) -> bool {
    value.is_null() || value.as_bool() == Some(false)
}
