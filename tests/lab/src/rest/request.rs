//! A request, and whether it may be made.

use serde_json::{Map, Value};

use super::Refusal;
use crate::lab::Lab;
use crate::time::Time;

/// A request, read as far as it can be without knowing what it is for.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method, in capitals.
    pub method: String,
    parts: Vec<String>,
    query: Vec<(String, String)>,
    bearer: Option<String>,
    body: Map<String, Value>,
}

impl Request {
    /// Reads a request: `target` is the path with its query, `kind` the content type.
    ///
    /// # Errors
    ///
    /// The body is no JSON object, and no form.
    pub fn read(
        method: &str,
        target: &str,
        authorization: Option<&str>,
        kind: Option<&str>,
        body: &[u8],
    ) -> Result<Self, Refusal> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let body = if body.is_empty() {
            Map::new()
        } else if kind.is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded")) {
            let pairs: Vec<(String, String)> =
                serde_urlencoded::from_bytes(body).map_err(|error| Refusal::bad(format!("no form: {error}")))?;
            pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
        } else {
            serde_json::from_slice(body).map_err(|error| Refusal::bad(format!("no JSON object: {error}")))?
        };
        Ok(Self {
            method: method.to_owned(),
            parts: path.split('/').filter(|part| !part.is_empty()).map(decoded).collect(),
            query: serde_urlencoded::from_str(query).unwrap_or_default(),
            bearer: authorization.and_then(|text| text.strip_prefix("Bearer ")).map(str::to_owned),
            body,
        })
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/{}", self.parts.join("/"))
    }

    pub(super) fn creates_session(&self) -> bool {
        self.parts == ["session", "create"]
    }

    /// What follows `/v2/project/<application>` in the path.
    pub(super) fn path_in_project(&self) -> Option<impl Iterator<Item = &str>> {
        let [version, project, _, rest @ ..] = self.parts.as_slice() else { return None };
        (version == "v2" && project == "project").then(|| rest.iter().map(String::as_str))
    }

    /// Checks who asks: the application, about itself.
    pub(super) fn admit(&self, lab: &Lab, now: Time) -> Result<(), Refusal> {
        let token = self.bearer.as_deref().ok_or_else(|| Refusal::unknown("a Bearer token is needed"))?;
        let claims = lab.claims(token, now).map_err(|error| Refusal::unknown(error.to_string()))?;
        if claims.get("application_id").and_then(Value::as_str) != Some(lab.application()) {
            return Err(Refusal::unknown("the token is another application's"));
        }
        match self.parts.get(2) {
            Some(asked) if asked != lab.application() => {
                Err(Refusal::forbidden(format!("{asked:?} is not the application of the token")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn value(&self, name: &str) -> Option<&Value> {
        self.body.get(name).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.as_str()
    }

    pub(super) fn flag(&self, name: &str, usual: bool) -> Result<bool, Refusal> {
        match self.value(name) {
            None => Ok(usual),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(Refusal::bad(format!("{name} must be true or false, not {other}"))),
        }
    }

    /// A text that must be there, and not be empty.
    pub(super) fn needed(&self, name: &str) -> Result<&str, Refusal> {
        let text = self.text(name).filter(|text| !text.is_empty());
        text.ok_or_else(|| Refusal::bad(format!("{name} must be text that isn't empty")))
    }

    /// A text that must be one of these, if it is there.
    pub(super) fn word(&self, name: &str, words: &[&str]) -> Result<(), Refusal> {
        match self.value(name) {
            Some(value) if !value.as_str().is_some_and(|text| words.contains(&text)) => {
                Err(Refusal::bad(format!("{name} must be one of {}, not {value}", words.join(", "))))
            }
            _ => Ok(()),
        }
    }

    /// All that was given, but for these.
    pub(super) fn options(&self, but: &[&str]) -> Map<String, Value> {
        let given = self.body.iter().filter(|(name, value)| !but.contains(&name.as_str()) && !value.is_null());
        given.map(|(name, value)| (name.clone(), value.clone())).collect()
    }
}

/// A part of a path without its percent signs.
fn decoded(part: &str) -> String {
    // In a form a plus is a space; in a path it isn't.
    let form = format!("part={}", part.replace('+', "%2B"));
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(&form).unwrap_or_default();
    pairs.into_iter().next().map_or_else(|| part.to_owned(), |(_, value)| value)
}
