//! Predicts what `edgetpu_compiler` will say of a .tflite file, without it: the compiler runs
//! on x86-64 only, is not free software, and its own words are few.
//!
//! Refused is what would not end in one operator that holds the whole network. The compiler
//! itself would still write a file then, with the rest left to the CPU; this device wants all
//! of it on the accelerator.
//!
//! Sources: coral.ai, "TensorFlow models on the Edge TPU" (supported operations, tensor
//! requirements) and "Edge TPU Compiler"; Coral's own compiled models for the versions.

mod operators;
mod tensors;

use std::fmt;

use super::tflite::{EDGETPU_OPERATOR, Node, Nodes, Operator, counted};
use operators::Support;

/// Memory of the chip for a model's parameters, in bytes: 8 MiB, less what the compiler keeps
/// for itself.
pub const ON_CHIP: usize = 7 << 20;

/// What the compiler adds to the parameters: Coral's MobileNet-V2 has 3,610,798 bytes before
/// and 4,067,888 after.
const PACKED: f64 = 4_067_888.0 / 3_610_798.0;

/// What the compiler will make of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prediction {
    /// One operator that holds all of it.
    Compiles,
    /// It is compiled already, all of it.
    Compiled,
    /// Not all of it, or nothing.
    Refused,
}

/// One thing that stands against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The node, where it is one: its place in the graph and its operator.
    pub node: Option<(usize, String)>,
    /// What is wrong, and what to do.
    pub why: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.node {
            Some((place, operator)) => write!(f, "node {place}, {operator}: {}", self.why),
            None => f.write_str(&self.why),
        }
    }
}

/// The answer for one file.
#[derive(Clone, Debug, PartialEq)]
pub struct Lint {
    /// The operators with how often each is used.
    pub operators: Vec<Operator>,
    /// Everything against it, in the order of the graph.
    pub refusals: Vec<Refusal>,
    /// What may go wrong all the same.
    pub warnings: Vec<String>,
    /// Bytes of the constants in the file.
    pub parameters: usize,
    /// The largest sum of one node's inputs and outputs, in bytes.
    pub working: usize,
    compiled: bool,
}

impl Lint {
    /// What the compiler will make of it.
    pub fn prediction(&self) -> Prediction {
        match (self.refusals.is_empty(), self.compiled) {
            (false, _) => Prediction::Refused,
            (true, true) => Prediction::Compiled,
            (true, false) => Prediction::Compiles,
        }
    }

    /// Bytes the parameters will take on the chip, about.
    pub fn on_chip(&self) -> usize {
        (self.parameters as f64 * PACKED) as usize
    }
}

/// Looks at a file.
///
/// # Errors
/// A sentence where it is no .tflite file or damaged.
pub fn lint(bytes: &[u8]) -> Result<Lint, String> {
    let graph = Nodes::read(bytes)?;
    let mut lint = Lint {
        operators: counted(
            graph
                .nodes
                .iter()
                .map(|node| (node.operator.name.as_str(), node.operator.version)),
        ),
        refusals: Vec::new(),
        warnings: Vec::new(),
        parameters: parameters(&graph),
        working: working(&graph),
        compiled: graph.nodes.iter().any(is_compiled),
    };
    if graph.nodes.is_empty() {
        lint.refuse(None, "it has no operator at all");
    }
    if graph.subgraphs != 1 {
        let n = graph.subgraphs;
        lint.refuse(
            None,
            format!(
                "it has {n} subgraphs where 1 is supported: export it without control flow \
                 (IF, WHILE) and without signatures that share it"
            ),
        );
    }
    if lint.compiled {
        lint.compiled_in_part(&graph.nodes);
    } else {
        for (place, node) in graph.nodes.iter().enumerate() {
            lint.node(&graph, place, node, bytes);
        }
    }
    if lint.on_chip() > ON_CHIP && !lint.compiled {
        let over = (lint.on_chip() - ON_CHIP) >> 10;
        lint.warnings.push(format!(
            "about {over} KiB of its parameters will not fit on the chip and go over USB for \
             every picture: slower"
        ));
    }
    Ok(lint)
}

impl Lint {
    fn refuse(&mut self, node: Option<(usize, &Node)>, why: impl Into<String>) {
        self.refusals.push(Refusal {
            node: node.map(|(place, node)| (place, node.operator.name.clone())),
            why: why.into(),
        });
    }

    fn compiled_in_part(&mut self, nodes: &[Node]) {
        let left = nodes.iter().filter(|node| !is_compiled(node));
        let names: Vec<&str> = left.map(|node| node.operator.name.as_str()).collect();
        if let Some(first) = names.first() {
            let why = format!(
                "it is compiled in part only: {} operators were left to the CPU, the first is \
                 {first}; run this on the file before compilation to see why",
                names.len()
            );
            self.refuse(None, why);
        } else if nodes.len() > 1 {
            let why = format!("it was cut into {} compiled parts", nodes.len());
            self.refuse(None, why);
        }
    }

    fn node(&mut self, graph: &Nodes, place: usize, node: &Node, bytes: &[u8]) {
        let here = Some((place, node));
        match operators::support(&node.operator) {
            Support::Seen => {}
            Support::Documented => {
                let warning = format!(
                    "{} v{} is documented as supported, but no compiled file we know uses it",
                    node.operator.name, node.operator.version
                );
                if !self.warnings.contains(&warning) {
                    self.warnings.push(warning);
                }
            }
            Support::No(why) => return self.refuse(here, why),
        }
        if let Err(why) = operators::limits(node, graph, bytes) {
            return self.refuse(here, why);
        }
        if let Err(why) = tensors::check(node, graph) {
            self.refuse(here, why);
        }
    }
}

fn is_compiled(node: &Node) -> bool {
    node.operator.name == EDGETPU_OPERATOR
}

/// Each constant once, also where two tensors share it.
fn parameters(graph: &Nodes) -> usize {
    let mut ranges: Vec<_> = graph.tensors.iter().map(|t| t.bytes.clone()).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    ranges.dedup();
    ranges.iter().map(ExactSizeIterator::len).sum()
}

fn working(graph: &Nodes) -> usize {
    let bytes = |&index: &usize| {
        graph.tensors.get(index).map_or(0, |tensor| {
            if tensor.is_constant() {
                return 0;
            }
            let sizes = tensor
                .shape
                .iter()
                .map(|&d| usize::try_from(d).unwrap_or(0));
            sizes.fold(1usize, usize::saturating_mul)
        })
    };
    let sum = |node: &Node| {
        let ends = node.inputs.iter().chain(&node.outputs);
        ends.map(bytes).fold(0, usize::saturating_add)
    };
    graph.nodes.iter().map(sum).max().unwrap_or(0)
}

#[cfg(test)]
mod tests;
