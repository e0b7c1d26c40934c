//! What a model's file is and what the Edge TPU's compiler will say of it, without running it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use tflite_file::{Network, spoil};

use crate::support::{Ran, bccscope, coral, folder, put, shipped};

#[test]
fn lint_is_right_on_corals_own_models() {
    for (name, words) in [
        (
            "mobilenet_v2_1.0_224_quant_edgetpu.tflite",
            "is compiled for the Edge TPU, all of it",
        ),
        // Coral compiled these two itself.
        (
            "mobilenet_v2_1.0_224_quant.tflite",
            "compiles for the Edge TPU, all of it; about 3.8 MiB",
        ),
        (
            "tf2_mobilenet_v2_1.0_224_ptq.tflite",
            "compiles for the Edge TPU, all of it; about 3.8 MiB",
        ),
    ] {
        let Some(bytes) = coral(name) else { continue };
        let dir = folder();
        let ran = lint([put(&dir, name, bytes)]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(ran.out.contains(words), "{}", ran.out);
        assert!(!ran.out.contains("warning"), "{}", ran.out);
    }
}

fn lint(files: impl IntoIterator<Item = PathBuf>) -> Ran {
    let files = files.into_iter().map(PathBuf::into_os_string);
    bccscope(["model", "lint"].map(Into::into).into_iter().chain(files))
}

#[test]
fn lint_tells_good_files_from_bad_ones_by_its_exit_code() {
    let shipped = shipped().join("model.tflite");
    let good = lint([shipped.clone()]);
    assert_eq!((good.code, good.err.as_str()), (0, ""), "{}", good.out);
    assert!(
        good.out.contains("compiles for the Edge TPU"),
        "{}",
        good.out
    );

    let dir = folder();
    let mut bytes = fs::read(&shipped).unwrap();
    spoil::make_input_float(&mut bytes);
    let float = put(&dir, "float.tflite", &bytes);
    let text = put(&dir, "text.tflite", "hello");
    let mixed = lint([shipped, float.clone(), text]);
    assert_eq!(mixed.code, 1);
    let first = "node 0, CONV_2D: its weights are int8 but x is float32";
    assert!(mixed.out.contains(first), "{}", mixed.out);
    assert!(mixed.err.contains("no TFL3 mark"), "{}", mixed.err);

    let json = bccscope([
        "model".as_ref(),
        "lint".as_ref(),
        "--json".as_ref(),
        float.as_os_str(),
    ]);
    assert_eq!(json.json()[0]["prediction"], "refused");
    assert_eq!(bccscope(["model", "lint"]).code, 2);
}

#[test]
fn info_looks_into_any_file_and_refuses_the_others() {
    let info = |path: &Path| {
        bccscope([
            "model".as_ref(),
            "info".as_ref(),
            "--file".as_ref(),
            path.as_os_str(),
        ])
    };
    let ran = info(&shipped().join("model.tflite"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("CONV_2D"), "{}", ran.out);
    let dir = folder();
    let mut network = Network::sound();
    network.tensors[tflite_file::INPUT].name = "in\u{1b}[2J".into();
    let evil = info(&put(&dir, "evil\u{1b}[2J.tflite", network.write()));
    assert_eq!(evil.code, 0, "{}", evil.err);
    assert!(!evil.out.contains('\u{1b}'), "{:?}", evil.out);
    assert!(evil.out.contains("in\\u{1b}[2J"), "{}", evil.out);
    info(dir.path()).refused(1, &["is not a file"]);
    info(&put(&dir, "x.tflite", "hello")).refused(1, &["x.tflite: ", "no TFL3 mark"]);
    info(&dir.path().join("none.tflite")).refused(1, &["none.tflite: cannot be read"]);
}
