//! Sound models compile, spoilt ones are refused by what was spoilt.

use tflite_file::{self, Network, Scalar};

use super::*;

static SHIPPED: &[u8] = include_bytes!("../../../models/bcc8-mnv2/model.tflite");

fn refusals(network: &Network) -> Vec<String> {
    let lint = lint(&network.write()).expect("a .tflite file");
    lint.refusals.iter().map(ToString::to_string).collect()
}

/// Spoils a sound network; the first refusal must have all these words.
#[track_caller]
fn refused(spoil: impl FnOnce(&mut Network), words: &[&str]) {
    let mut network = Network::sound();
    spoil(&mut network);
    let all = refusals(&network);
    let first = all.first().expect("a refusal");
    for word in words {
        assert!(first.contains(word), "no {word:?} in {first:?}");
    }
}

#[test]
fn the_shipped_model_compiles_and_fits() {
    let lint = lint(SHIPPED).unwrap();
    assert_eq!(lint.refusals, []);
    assert_eq!(lint.warnings, Vec::<String>::new());
    assert_eq!(lint.prediction(), Prediction::Compiles);
    assert!(lint.on_chip() < ON_CHIP, "{}", lint.on_chip());
    assert!(lint.parameters > 2_000_000, "{}", lint.parameters);
}

#[test]
fn a_sound_network_compiles() {
    let network = Network::sound();
    assert_eq!(refusals(&network), Vec::<String>::new());
    let lint = lint(&network.write()).unwrap();
    assert_eq!(lint.prediction(), Prediction::Compiles);
    // 4 filters of 3 x 3 x 3, 4 biases, 2 axes.
    assert_eq!(lint.parameters, 108 + 16 + 8);
    assert_eq!(lint.working, 8 * 8 * 3 + 6 * 6 * 4);
}

#[test]
fn a_float_network_is_refused() {
    refused(
        |n| {
            for tensor in &mut n.tensors {
                if tensor.kind == tflite_file::INT8 {
                    tensor.kind = tflite_file::FLOAT32;
                }
            }
        },
        &[
            "node 0, CONV_2D",
            "is float32 where int8 is needed",
            "quantise",
        ],
    );
}

#[test]
fn int8_weights_under_float_activations_are_called_dynamic_range() {
    refused(
        |n| {
            for at in [tflite_file::INPUT, tflite_file::MAPS, tflite_file::OUTPUT] {
                n.tensors[at].kind = tflite_file::FLOAT32;
            }
        },
        &["dynamic-range", "representative data set"],
    );
}

#[test]
fn a_float_output_is_refused_at_its_dequantize() {
    refused(
        |n| n.append(6, tflite_file::FLOAT32),
        &["node 2, DEQUANTIZE", "no such operator"],
    );
}

#[test]
fn sixteen_bit_activations_are_refused() {
    refused(
        |n| n.tensors[tflite_file::MAPS].kind = 7,
        &["maps is int16 where int8"],
    );
}

#[test]
fn a_batch_that_is_known_only_later_is_refused() {
    refused(
        |n| n.tensors[tflite_file::INPUT].signature = vec![-1, 8, 8, 3],
        &["the size of input", "fixed input size"],
    );
    refused(
        |n| n.tensors[tflite_file::INPUT].shape[0] = -1,
        &["the size of input"],
    );
}

#[test]
fn two_pictures_at_once_are_refused() {
    refused(
        |n| n.tensors[tflite_file::INPUT].shape[0] = 2,
        &["input is [2, 8, 8, 3]", "one picture at a time"],
    );
}

#[test]
fn an_operator_the_chip_lacks_is_refused() {
    refused(
        |n| n.append(150, tflite_file::INT8),
        &["node 2, GELU", "no such operator"],
    );
}

#[test]
fn an_operator_of_the_users_own_is_refused() {
    refused(
        |n| n.nodes[1].custom = Some("TFLite_Detection_PostProcess"),
        &["node 1, TFLite_Detection_PostProcess", "left to the CPU"],
    );
}

#[test]
fn a_version_newer_than_the_compiler_is_refused() {
    refused(
        |n| n.nodes[0].version = 8,
        &[
            "node 0, CONV_2D: version 8",
            "1 to 5",
            "version not supported",
        ],
    );
    // A fully connected layer as TensorFlow 2.17 writes it.
    refused(
        |n| {
            n.append(9, tflite_file::INT8);
            n.nodes[2].version = 12;
        },
        &["node 2, FULLY_CONNECTED: version 12"],
    );
}

#[test]
fn tensors_without_a_scale_are_refused() {
    refused(
        |n| n.tensors[tflite_file::MAPS].scales.clear(),
        &["maps is int8 but has no scale"],
    );
    refused(
        |n| n.tensors[tflite_file::WEIGHTS].scales.clear(),
        &["weights weights have no scale"],
    );
}

#[test]
fn a_scale_that_is_no_number_above_zero_is_refused() {
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        refused(
            |n| n.tensors[tflite_file::MAPS].scales[0] = scale,
            &["scale of maps", "no number above zero"],
        );
    }
}

#[test]
fn activations_quantised_per_channel_are_refused() {
    refused(
        |n| n.tensors[tflite_file::MAPS].scales = vec![0.1; 4],
        &["maps is quantised per channel"],
    );
}

#[test]
fn computed_weights_are_refused() {
    refused(
        |n| n.tensors[tflite_file::WEIGHTS].data.clear(),
        &["weights is computed while it runs"],
    );
}

#[test]
fn float_weights_under_int8_activations_are_refused() {
    refused(
        |n| n.tensors[tflite_file::WEIGHTS].kind = 1,
        &["weights weights are float16"],
    );
}

#[test]
fn unequal_dilation_is_refused() {
    refused(
        |n| n.nodes[0].options = vec![(4, Scalar::Int(2)), (5, Scalar::Int(1))],
        &["dilation is 1 in y and 2 in x"],
    );
}

#[test]
fn a_pooling_with_an_activation_is_refused() {
    refused(
        |n| {
            n.append(1, tflite_file::INT8);
            n.nodes[2].options = vec![(5, Scalar::Byte(1))];
        },
        &["node 2, AVERAGE_POOL_2D", "activation is fused"],
    );
}

#[test]
fn a_mean_over_the_batch_is_refused() {
    for axis in [0, -4] {
        refused(
            |n| n.tensors[tflite_file::AXES].data = i32::to_le_bytes(axis).to_vec(),
            &["node 1, MEAN", "batch dimension"],
        );
    }
}

#[test]
fn axes_that_the_picture_does_not_have_are_refused() {
    for axis in [4, -5, i32::MAX, i32::MIN] {
        refused(
            |n| n.tensors[tflite_file::AXES].data = i32::to_le_bytes(axis).to_vec(),
            &["node 1, MEAN", &format!("axis {axis} "), "damaged"],
        );
    }
}

#[test]
fn a_file_in_which_every_node_has_millions_of_axes_is_refused_at_once() {
    let mut network = Network::sound();
    network.tensors[tflite_file::AXES].data = i32::to_le_bytes(1).repeat(1 << 20);
    for _ in 0..10_000 {
        let mean = &network.nodes[1];
        let (inputs, outputs) = (mean.inputs.clone(), mean.outputs.clone());
        network.nodes.push(tflite_file::Node {
            code: 40,
            custom: None,
            version: 2,
            inputs,
            outputs,
            options: vec![],
            payload: vec![],
        });
    }
    let bytes = network.write();
    let clock = std::time::Instant::now();
    let lint = lint(&bytes).unwrap();
    // One look at all of them takes minutes.
    assert!(clock.elapsed() < std::time::Duration::from_secs(10));
    assert_eq!(lint.prediction(), Prediction::Refused);
    let first = lint.refusals[0].to_string();
    assert!(first.contains("axes has 1048576 axes"), "{first}");
}

#[test]
fn control_flow_is_refused() {
    refused(|n| n.subgraphs = 2, &["2 subgraphs", "control flow"]);
}

#[test]
fn a_graph_without_operators_is_refused() {
    refused(|n| n.nodes.clear(), &["no operator at all"]);
}

#[test]
fn what_is_compiled_whole_is_said_to_be() {
    let mut network = Network::sound();
    network.nodes.truncate(1);
    network.nodes[0].custom = Some(EDGETPU_OPERATOR);
    let lint = lint(&network.write()).unwrap();
    assert_eq!(lint.prediction(), Prediction::Compiled);
}

#[test]
fn what_is_compiled_in_part_is_refused() {
    refused(
        |n| n.nodes[0].custom = Some(EDGETPU_OPERATOR),
        &["in part only", "1 operators", "MEAN"],
    );
    refused(
        |n| {
            for node in &mut n.nodes {
                node.custom = Some(EDGETPU_OPERATOR);
            }
        },
        &["2 compiled parts"],
    );
}

#[test]
fn a_documented_operator_nobody_saw_compiled_is_a_warning() {
    let mut network = Network::sound();
    network.append(14, tflite_file::INT8);
    let lint = lint(&network.write()).unwrap();
    assert_eq!(lint.prediction(), Prediction::Compiles);
    assert!(
        lint.warnings[0].contains("LOGISTIC v1"),
        "{:?}",
        lint.warnings
    );
}

#[test]
fn parameters_that_do_not_fit_are_a_warning() {
    let mut network = Network::sound();
    network.tensors[tflite_file::WEIGHTS].data = vec![0; 9 << 20];
    let lint = lint(&network.write()).unwrap();
    assert_eq!(lint.prediction(), Prediction::Compiles);
    assert!(lint.warnings[0].contains("USB"), "{:?}", lint.warnings);
}

#[test]
fn other_files_are_named_as_such() {
    assert!(lint(b"").unwrap_err().contains("no TFL3 mark"));
    assert!(
        lint(&SHIPPED[..SHIPPED.len() / 2])
            .unwrap_err()
            .contains("damaged")
    );
}
