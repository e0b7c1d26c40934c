//! Maps must depend on what the model has learnt (weights shuffled: the map changes) and on
//! nothing else (asked again: the same bytes).

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{RngCore, SeedableRng},
};
use serde::{Deserialize, Serialize};

use super::{methods::class_map, probe::Probe};
use crate::{
    engine,
    model::{
        Manifest, Task,
        tflite::{ElementType, constants},
    },
    study::SEED,
};

/// Pictures looked at.
pub(super) const IMAGES: usize = 40;
/// A map whose rank correlation with the original stays above this has not changed.
const CHANGED_BELOW: f64 = 0.5;

/// What the checks found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sanity {
    /// Pictures looked at.
    pub images: usize,
    /// Whether the same engine gives the same bytes again.
    pub repeats: bool,
    /// Whether a second engine gives the same bytes.
    pub repeats_in_new_engine: bool,
    /// Weights shuffled from the head downwards.
    pub randomised: Vec<Randomised>,
    /// All checks passed: bytes repeat, and with all weights shuffled the maps change.
    pub passed: bool,
}

/// Maps of a copy of the model with some weights shuffled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Randomised {
    /// Which weights.
    pub weights: String,
    /// Weight tensors shuffled.
    pub tensors: usize,
    /// Mean of |Spearman's rank correlation| with the maps of the model itself, over pictures
    /// and tasks; a map without any variation counts as 0.
    pub rank_correlation: f64,
    /// Share of maps that are the same to the byte.
    pub same: f64,
}

pub(super) fn sanity(
    probe: &mut Probe,
    bytes: Vec<u8>,
    manifest: &Manifest,
    settings: &engine::Settings,
    tensors: &[Vec<i8>],
) -> Result<Sanity, String> {
    let run = |probe: &mut Probe| -> Result<Vec<_>, String> {
        tensors.iter().map(|tensor| probe.run(tensor)).collect()
    };
    let original = run(probe)?;
    let repeats = run(probe)? == original;
    let repeats_in_new_engine =
        run(&mut Probe::open(bytes.clone(), manifest, settings)?)? == original;
    let weights: Vec<_> = constants(&bytes)?
        .into_iter()
        .filter(|c| c.kind == ElementType::Int8)
        .map(|c| c.bytes)
        .collect();
    let mut randomised = Vec::new();
    for (name, count) in [
        ("head only", 1),
        ("last quarter", weights.len().div_ceil(4)),
        ("last half", weights.len().div_ceil(2)),
        ("all", weights.len()),
    ] {
        let mut copy = bytes.clone();
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        for range in weights.iter().rev().take(count) {
            if let Some(part) = copy.get_mut(range.clone()) {
                shuffle(part, &mut rng, |rng| rng.next_u64());
            }
        }
        let changed = run(&mut Probe::open(copy, manifest, settings)?)?;
        let (mut correlation, mut same, mut n) = (0.0, 0.0, 0.0);
        for (a, b) in original.iter().zip(&changed) {
            for task in Task::ALL {
                let (a, b) = (class_map(task, a), class_map(task, b));
                correlation += spearman(&a, &b).unwrap_or(0.0).abs();
                same += f64::from(u8::from(a == b));
                n += 1.0;
            }
        }
        randomised.push(Randomised {
            weights: name.into(),
            tensors: count.min(weights.len()),
            rank_correlation: correlation / f64::max(n, 1.0),
            same: same / f64::max(n, 1.0),
        });
    }
    let changes = randomised
        .last()
        .is_some_and(|all| all.rank_correlation < CHANGED_BELOW && all.same == 0.0);
    Ok(Sanity {
        images: tensors.len(),
        repeats,
        repeats_in_new_engine,
        passed: repeats && repeats_in_new_engine && changes,
        randomised,
    })
}

/// Fisher & Yates, with a source of 64 random bits.
pub(super) fn shuffle<T, R>(items: &mut [T], rng: &mut R, next: impl Fn(&mut R) -> u64) {
    for i in (1..items.len()).rev() {
        let j = (u128::from(next(rng)) * (i as u128 + 1)) >> 64;
        items.swap(i, j as usize);
    }
}

/// Spearman's rank correlation; `None` where either side has no variation.
fn spearman(a: &[f32], b: &[f32]) -> Option<f64> {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 + 1.0) / 2.0;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        ab += (x - mean) * (y - mean);
        aa += (x - mean).powi(2);
        bb += (y - mean).powi(2);
    }
    (aa > 0.0 && bb > 0.0).then(|| ab / (aa * bb).sqrt())
}

/// Ranks from 1, ties in the middle of theirs.
fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| values[i].total_cmp(&values[j]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for group in order.chunk_by(|&i, &j| values[i] == values[j]) {
        let rank = first as f64 + (group.len() as f64 + 1.0) / 2.0;
        for &i in group {
            ranks[i] = rank;
        }
        first += group.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_see_order_not_size() {
        assert_eq!(spearman(&[1.0, 2.0, 9.0], &[0.1, 0.2, 0.3]), Some(1.0));
        assert_eq!(spearman(&[1.0, 2.0, 9.0], &[3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(spearman(&[1.0, 2.0], &[5.0, 5.0]), None);
        assert_eq!(ranks(&[4.0, 1.0, 4.0]), [2.5, 1.0, 2.5]);
    }

    #[test]
    fn a_shuffle_keeps_what_it_shuffles() {
        let mut items: Vec<u8> = (0..100).collect();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        shuffle(&mut items, &mut rng, |rng| rng.next_u64());
        assert_ne!(items[..10], (0..10).collect::<Vec<u8>>()[..]);
        items.sort_unstable();
        assert_eq!(items, (0..100).collect::<Vec<u8>>());
    }
}
