//! What is plugged in: camera, display, input.

use super::Check;
use crate::config::Config;

pub(super) fn checks(_config: &Config) -> Vec<Check> {
    vec![]
}
