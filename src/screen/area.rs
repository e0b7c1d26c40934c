//! A rectangle that can be cut up: every layout is a row of cuts, so parts cannot overlap.

/// A rectangle in pixels, from the upper left; edges may lie between pixels until painted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Left edge.
    pub x: f32,
    /// Upper edge.
    pub y: f32,
    /// Width, never negative.
    pub w: f32,
    /// Height, never negative.
    pub h: f32,
}

impl Area {
    pub(super) fn new(x: f32, y: f32, w: f32, h: f32) -> Area {
        Area {
            x,
            y,
            w: w.max(0.0),
            h: h.max(0.0),
        }
    }

    pub(super) fn right(&self) -> f32 {
        self.x + self.w
    }

    pub(super) fn bottom(&self) -> f32 {
        self.y + self.h
    }

    pub(super) fn centre(&self) -> (f32, f32) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// Cuts off the upper `h`, or what there is.
    pub(super) fn cut_top(&mut self, h: f32) -> Area {
        let h = h.clamp(0.0, self.h);
        let cut = Area { h, ..*self };
        self.y += h;
        self.h -= h;
        cut
    }

    /// Cuts off the lower `h`, or what there is.
    pub(super) fn cut_bottom(&mut self, h: f32) -> Area {
        let h = h.clamp(0.0, self.h);
        self.h -= h;
        Area {
            y: self.y + self.h,
            h,
            ..*self
        }
    }

    /// Cuts off the left `w`, or what there is.
    pub(super) fn cut_left(&mut self, w: f32) -> Area {
        let w = w.clamp(0.0, self.w);
        let cut = Area { w, ..*self };
        self.x += w;
        self.w -= w;
        cut
    }

    /// Cuts off the right `w`, or what there is.
    pub(super) fn cut_right(&mut self, w: f32) -> Area {
        let w = w.clamp(0.0, self.w);
        self.w -= w;
        Area {
            x: self.x + self.w,
            w,
            ..*self
        }
    }

    /// The same without a rim of `dx` left and right and `dy` above and below.
    pub(super) fn inset(&self, dx: f32, dy: f32) -> Area {
        let (dx, dy) = (dx.min(self.w / 2.0), dy.min(self.h / 2.0));
        Area {
            x: self.x + dx,
            y: self.y + dy,
            w: self.w - 2.0 * dx,
            h: self.h - 2.0 * dy,
        }
    }

    /// Left, top, right and bottom in whole pixels, right and bottom not included. Areas that
    /// share an edge share it here too.
    pub(super) fn pixels(&self) -> (i32, i32, i32, i32) {
        let edge = |v: f32| v.round() as i32;
        (
            edge(self.x),
            edge(self.y),
            edge(self.right()),
            edge(self.bottom()),
        )
    }

    /// Whether a point lies inside.
    pub fn holds(&self, x: f32, y: f32) -> bool {
        x >= self.x && x < self.right() && y >= self.y && y < self.bottom()
    }

    /// Whether two areas share more than a hair.
    pub fn overlaps(&self, other: &Area) -> bool {
        const HAIR: f32 = 0.01;
        self.x + HAIR < other.right()
            && other.x + HAIR < self.right()
            && self.y + HAIR < other.bottom()
            && other.y + HAIR < self.bottom()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn cuts_never_overlap_and_never_grow(cuts in proptest::collection::vec((0u8..4, 0.0f32..300.0), 1..12)) {
            let whole = Area::new(3.0, 5.0, 400.0, 300.0);
            let mut rest = whole;
            let mut parts = vec![];
            for (side, length) in cuts {
                parts.push(match side {
                    0 => rest.cut_top(length),
                    1 => rest.cut_bottom(length),
                    2 => rest.cut_left(length),
                    _ => rest.cut_right(length),
                });
            }
            parts.push(rest);
            for (i, a) in parts.iter().enumerate() {
                prop_assert!(a.w >= 0.0 && a.h >= 0.0);
                prop_assert!(a.x >= whole.x - 0.01 && a.right() <= whole.right() + 0.01);
                prop_assert!(a.y >= whole.y - 0.01 && a.bottom() <= whole.bottom() + 0.01);
                for b in &parts[i + 1..] {
                    prop_assert!(!a.overlaps(b));
                }
            }
        }
    }
}
