//! Where frames come from. So far: picture files ([`still`]).

pub mod still;
