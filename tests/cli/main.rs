//! The built program, from outside: what it says, what it writes, how it ends.

mod analyze;
mod bench;
mod config;
mod contract;
mod edgetpu;
mod model;
mod model_files;
mod recalibrate;
mod run;
mod scripts;
mod service;
mod spoilt;
mod support;
mod surroundings;
