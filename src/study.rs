//! What judges the model: readers' consensus, metrics, calibration, heat-map agreement.
