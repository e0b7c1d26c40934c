//! The seven patterns as dermatology describes them, each with its mask.

mod bodies;
mod leaves;
mod network;
mod ulceration;
mod vessels;

pub(super) use bodies::{globules, nests};
pub(super) use leaves::{maple_leaf, spoke_wheel};
pub(super) use network::network;
pub(super) use ulceration::ulceration;
pub(super) use vessels::vessels;
