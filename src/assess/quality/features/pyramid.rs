//! The luma at four scales, each half the one before, with its gradients: made once, measured
//! by several.

use super::plane::Plane;

pub const SCALES: usize = 4;

pub struct Pyramid {
    /// The finest first.
    pub light: [Plane; SCALES],
    pub gradients: [Plane; SCALES],
}

impl Pyramid {
    pub fn of(luma: Plane) -> Pyramid {
        let half = luma.half();
        let quarter = half.half();
        let eighth = quarter.half();
        let light = [luma, half, quarter, eighth];
        Pyramid {
            gradients: light.each_ref().map(Plane::gradient),
            light,
        }
    }
}
