//! Occlusion maps (Zeiler & Fergus 2014): how far a task's score falls when a patch of the
//! picture is covered by its mean colour. Owes nothing to the network's inside, and costs an
//! inference a cell: made on demand, where an accelerator makes it affordable.

use crate::{
    engine::{Engine, EngineError, Outputs},
    model::{InputSpec, TASKS},
};

/// The occlusion maps of all tasks on the model's grid, 0 and up: a patch of two by two cells
/// over each cell in turn. `base` is the engine's answer to the uncovered `tensor`.
///
/// # Errors
/// Of the engine.
pub fn occlusion(
    engine: &mut dyn Engine,
    tensor: &[i8],
    base: &Outputs,
    input: &InputSpec,
) -> Result<[Vec<f32>; TASKS], EngineError> {
    let cover = mean_colour(tensor);
    let before = base.map_means();
    let mut maps: [Vec<f32>; TASKS] = Default::default();
    for cell in 0..base.rows * base.columns {
        let (x, y) = ((cell % base.columns) as f32, (cell / base.columns) as f32);
        let mut covered = tensor.to_vec();
        let (from, to) = ((x - 0.5, y - 0.5), (x + 1.5, y + 1.5));
        patch(&mut covered, &cover, base, input, (from, to));
        let after = engine.infer(&covered)?.map_means();
        for ((map, before), after) in maps.iter_mut().zip(before).zip(after) {
            map.push((before - after).max(0.0));
        }
    }
    Ok(maps)
}

/// Takes the part of the tensor from (left, top) to (right, bottom), in cells of the map's
/// grid, from `with`. The ends may lie between cells and outside.
pub fn patch(
    tensor: &mut [i8],
    with: &[i8],
    grid: &Outputs,
    input: &InputSpec,
    ((left, top), (right, bottom)): ((f32, f32), (f32, f32)),
) {
    let (width, height) = (input.width as usize, input.height as usize);
    let pixel = |cells: f32, of: usize, n: usize| {
        ((cells.max(0.0) / of.max(1) as f32 * n as f32).round() as usize).min(n)
    };
    let (x0, x1) = (
        pixel(left, grid.columns, width),
        pixel(right, grid.columns, width),
    );
    for y in pixel(top, grid.rows, height)..pixel(bottom, grid.rows, height) {
        let row = (y * width + x0) * 3..(y * width + x1) * 3;
        if let (Some(out), Some(from)) = (tensor.get_mut(row.clone()), with.get(row)) {
            out.copy_from_slice(from);
        }
    }
}

/// A picture of the mean colour of `tensor`.
pub fn mean_colour(tensor: &[i8]) -> Vec<i8> {
    let mut sums = [0i64; 3];
    for pixel in tensor.chunks_exact(3) {
        for (sum, &v) in sums.iter_mut().zip(pixel) {
            *sum += i64::from(v);
        }
    }
    let pixels = (tensor.len() / 3).max(1) as i64;
    let mean = sums.map(|sum| (sum / pixels) as i8);
    mean.iter().copied().cycle().take(tensor.len()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        assess::EngineInfo,
        model::{Colour, Crop, Quantise, Resize},
    };

    const INPUT: InputSpec = InputSpec {
        width: 32,
        height: 24,
        colour: Colour::Rgb,
        crop: Crop::CentreAspect,
        resize: Resize::BilinearAntialias,
        quantise: Quantise::ByteMinus128,
    };

    /// Every task's score is what one pixel at (20, 10) is worth.
    struct OnePixel(EngineInfo);

    impl Engine for OnePixel {
        fn info(&self) -> &EngineInfo {
            &self.0
        }

        fn infer(&mut self, input: &[i8]) -> Result<Outputs, EngineError> {
            Ok(Outputs {
                rows: 6,
                columns: 8,
                maps: vec![f32::from(input[(10 * 32 + 20) * 3]); 48 * TASKS],
                logits: [0.0; TASKS],
            })
        }
    }

    #[test]
    fn the_map_is_hot_where_the_evidence_is_and_nowhere_else() {
        let mut engine = OnePixel(EngineInfo {
            name: "one pixel".into(),
            runtime: String::new(),
            fallback: None,
        });
        let mut tensor = vec![0i8; 32 * 24 * 3];
        tensor[(10 * 32 + 20) * 3] = 100;
        let base = engine.infer(&tensor).unwrap();
        let maps = occlusion(&mut engine, &tensor, &base, &INPUT).unwrap();
        // A cell is 4 by 4 pixels: the pixel lies in cell (5, 2), a patch reaches half a cell
        // around its own.
        for (cell, &value) in maps[0].iter().enumerate() {
            let (x, y) = (cell % 8, cell / 8);
            let hot = (x == 5 || x == 4) && (y == 2);
            let near = x.abs_diff(5) <= 1 && y.abs_diff(2) <= 1;
            assert!(!hot || value > 90.0, "{x},{y}: {value}");
            assert!(near || value == 0.0, "{x},{y}: {value}");
        }
    }
}
