//! Values that can be written down. The engine asks for this only where a result is kept or sent.

use std::any::Any;

use campana_model::Value;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// How to write a task's result down and read it again: made where its type is known.
#[derive(Clone, Copy, Debug)]
pub struct Codec {
    encode: fn(&Value) -> Option<Json>,
    decode: fn(&Json) -> Option<Value>,
}

struct CodecOf<T>(std::marker::PhantomData<T>);

impl<T: Any + Send + Sync + Serialize + DeserializeOwned> CodecOf<T> {
    const CODEC: Codec = Codec {
        encode: |value| serde_json::to_value(value.downcast_ref::<T>()?).ok(),
        decode: |json| T::deserialize(json).ok().map(Value::new),
    };
}

impl Codec {
    /// The codec of results of type `T`.
    pub const fn of<T: Any + Send + Sync + Serialize + DeserializeOwned>() -> &'static Self {
        &CodecOf::<T>::CODEC
    }

    /// The value as JSON; `None` if it has another type or cannot be written.
    pub fn encode(&self, value: &Value) -> Option<Json> {
        (self.encode)(value)
    }

    /// The value of this JSON; `None` if it is not one.
    pub fn decode(&self, json: &Json) -> Option<Value> {
        (self.decode)(json)
    }
}

/// A digest of an input, so that two can be compared without keeping them.
pub type DigestFn = fn(&dyn Any) -> Option<String>;

/// The digest of values of type `T`: equal JSON, equal digest.
pub(crate) fn digest<T: Any + Serialize>(value: &dyn Any) -> Option<String> {
    let json = serde_json::to_vec(value.downcast_ref::<T>()?).ok()?;
    Some(Sha256::digest(json).iter().map(|byte| format!("{byte:02x}")).collect())
}
