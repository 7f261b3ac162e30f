//! JSON web tokens: the application's (RS256), by which its server and its clients are known, and those that callbacks are
//! signed with (HS256).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use rsa::pkcs1v15::{Signature, SigningKey, VerifyingKey};
use rsa::pkcs8::{EncodePrivateKey as _, LineEnding};
use rsa::rand_core::OsRng;
use rsa::sha2::{Digest as _, Sha256};
use rsa::signature::{SignatureEncoding as _, Signer as _, Verifier as _};
use rsa::{RsaPrivateKey, RsaPublicKey};
use serde_json::{Map, Value, json};

use crate::time::Time;

/// The length of the application's key; the vendor's libraries take no shorter one.
const BITS: usize = 2048;

/// How far ahead of the lab's clock a token may have been made, in seconds.
const SKEW: u64 = 60;

/// The application's private key.
#[derive(Debug)]
pub struct PrivateKey(RsaPrivateKey);

/// What the application's tokens are checked with.
#[derive(Clone, Debug)]
pub struct PublicKey(RsaPublicKey);

impl PrivateKey {
    /// A new key. This is the one place where the lab is not repeatable: a key that can be guessed is none.
    ///
    /// # Errors
    ///
    /// The system has no randomness to give.
    pub fn generate() -> Result<Self, rsa::Error> {
        RsaPrivateKey::new(&mut OsRng, BITS).map(Self)
    }

    /// The other half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.to_public_key())
    }

    /// The key in PEM (PKCS #8), as the vendor's libraries take it.
    ///
    /// # Errors
    ///
    /// The key can't be written; one of [`PrivateKey::generate`] can.
    pub fn pem(&self) -> Result<String, rsa::pkcs8::Error> {
        self.0.to_pkcs8_pem(LineEnding::LF).map(|pem| pem.to_string())
    }

    /// Signs claims with RS256, as the vendor's libraries do.
    #[must_use]
    pub fn sign(&self, claims: &Value) -> String {
        let key = SigningKey::<Sha256>::new(self.0.clone());
        with_signature("RS256", claims, |text| key.sign(text).to_vec())
    }
}

impl PublicKey {
    /// Reads a token of the application's.
    ///
    /// # Errors
    ///
    /// It is no token, is signed in another way or by somebody else, or is too old or too new.
    pub fn read(&self, token: &str, now: Time) -> Result<Map<String, Value>, JwtError> {
        let mut parts = token.split('.');
        let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwtError::Form);
        };
        if object(head)?.get("alg") != Some(&json!("RS256")) {
            return Err(JwtError::Algorithm);
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| JwtError::Form)?;
        let signature = Signature::try_from(signature.as_slice()).map_err(|_| JwtError::Signature)?;
        let signed = format!("{head}.{body}");
        VerifyingKey::<Sha256>::new(self.0.clone())
            .verify(signed.as_bytes(), &signature)
            .map_err(|_| JwtError::Signature)?;
        let claims = object(body)?;
        if seconds(&claims, "exp").is_none_or(|until| until <= now.as_secs()) {
            return Err(JwtError::Expired);
        }
        if seconds(&claims, "iat").is_some_and(|made| made > now.as_secs() + SKEW) {
            return Err(JwtError::NotYet);
        }
        Ok(claims)
    }
}

/// Seconds since the epoch, as tokens have them: whole ones or not.
pub(crate) fn seconds(claims: &Map<String, Value>, name: &str) -> Option<u64> {
    let value = claims.get(name)?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a moment in whole seconds")]
    value.as_u64().or_else(|| value.as_f64().filter(|number| *number >= 0.0).map(|number| number as u64))
}

/// Signs claims with HS256, as the service signs its callbacks.
#[must_use]
pub fn sign_with_secret(claims: &Value, secret: &str) -> String {
    with_signature("HS256", claims, |text| {
        // A key of any length will do for HMAC.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return Vec::new() };
        mac.update(text);
        mac.finalize().into_bytes().to_vec()
    })
}

/// The SHA-256 of a text, in lower-case hexadecimal digits.
#[must_use]
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn with_signature(algorithm: &str, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", encode(&json!({ "typ": "JWT", "alg": algorithm })), encode(claims));
    let signature = URL_SAFE_NO_PAD.encode(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn object(part: &str) -> Result<Map<String, Value>, JwtError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).map_err(|_| JwtError::Form)?;
    serde_json::from_slice(&bytes).map_err(|_| JwtError::Form)
}

/// Why a token is not good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JwtError {
    /// Not a token at all.
    Form,
    /// Not signed with RS256.
    Algorithm,
    /// Not signed by the application.
    Signature,
    /// Too old, or good for ever.
    Expired,
    /// Made in the future.
    NotYet,
}

impl fmt::Display for JwtError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Form => "not a JSON web token",
            Self::Algorithm => "the token must be signed with RS256",
            Self::Signature => "the token is not signed with the application's key",
            Self::Expired => "the token has expired, or says nothing of when it will",
            Self::NotYet => "the token was made in the future",
        })
    }
}

impl std::error::Error for JwtError {}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Time = Time::from_millis(1_000_000);

    #[test]
    fn a_token_is_good_if_the_application_signed_it_and_its_time_is_now() {
        let [key, other] = [(); 2].map(|()| PrivateKey(RsaPrivateKey::new(&mut OsRng, 1024).expect("a key")));
        let read = |token: &str| key.public().read(token, NOW);
        let good = json!({ "exp": 1001, "iat": 1000.5, "role": "moderator" });
        let token = key.sign(&good);
        assert_eq!(read(&token).map(Value::Object), Ok(good.clone()));
        assert_eq!(read(&key.sign(&json!({ "exp": 1000 }))), Err(JwtError::Expired));
        assert_eq!(read(&key.sign(&json!({ "iat": 1000 }))), Err(JwtError::Expired));
        assert_eq!(read(&key.sign(&json!({ "exp": 2000, "iat": 1061 }))), Err(JwtError::NotYet));
        assert_eq!(read(&other.sign(&good)), Err(JwtError::Signature));
        assert_eq!(read(&sign_with_secret(&good, "secret")), Err(JwtError::Algorithm));
        let (signed, _) = token.rsplit_once('.').expect("a signature");
        assert_eq!(read(&format!("{signed}.")), Err(JwtError::Signature));
        for text in ["", "a.b", "a.b.c", "T1==YQ==", &format!("{token}.x")] {
            assert_eq!(read(text), Err(JwtError::Form), "{text}");
        }
    }

    #[test]
    fn what_is_signed_with_a_secret_says_so() {
        let token = sign_with_secret(&json!({ "a": 1 }), "secret");
        let parts: Vec<&str> = token.split('.').collect();
        assert_eq!(object(parts[0]).map(Value::Object), Ok(json!({ "alg": "HS256", "typ": "JWT" })));
        assert_eq!(object(parts[1]).map(Value::Object), Ok(json!({ "a": 1 })));
        assert_eq!(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
