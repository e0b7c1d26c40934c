//! The line `analyze --json` prints: other programs read it, so its names are a contract.

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::support::{analyze, encoded, folder, lesion, put};

fn keys(value: &Value) -> Vec<&str> {
    let object = value.as_object().unwrap_or_else(|| panic!("{value}"));
    object.keys().map(String::as_str).collect()
}

#[test]
fn the_line_has_the_names_that_were_promised() {
    let dir = folder();
    let path = put(&dir, "lesion.jpg", lesion());
    // Whether the gate lets a drawing through is the model's business.
    let ran = analyze([path.as_os_str(), "--no-gate".as_ref()]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let [line] = ran.json().try_into().expect("one line an image");
    assert_eq!(line["path"], json!(path.to_str()));
    let verdicts = ["bcc_suspected", "no_bcc_signs", "uncertain"];
    assert!(verdicts.contains(&line["verdict"].as_str().unwrap()));
    let probability = line["bcc"]["probability"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&probability));
    assert_eq!(
        line["bcc"]["present"].as_bool().unwrap(),
        probability >= line["bcc"]["high"].as_f64().unwrap()
    );
    let codes: Vec<_> = line["patterns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pattern| {
            assert!(pattern["probability"].is_number() && pattern["present"].is_boolean());
            pattern["code"].as_str().unwrap()
        })
        .collect();
    assert_eq!(codes, ["PN", "UL", "ON", "MG", "ML", "SW", "AT"]);
    assert!(line["rule"]["sentence"].is_string());
    let reasons = line["quality"]["reasons"].as_array().unwrap();
    assert_eq!(line["quality"]["usable"], json!(reasons.is_empty()));
    assert_eq!(line["engine"], json!("CPU"));
    assert_eq!(line["engine_fallback"], Value::Null);
    assert_eq!(line["stand_ins"], json!([]));
    assert_eq!(line["model"]["name"], json!("bcc8-mnv2"));
    assert!(line["model"]["version"].is_string());
    assert_eq!(line["model"]["sha256"].as_str().unwrap().len(), 64);
    for step in ["decode", "quality", "prepare", "infer", "explain", "total"] {
        assert!(line["elapsed_ms"][step].is_number(), "{step}");
    }
    assert_eq!(line["notice"], json!("decision support, not a diagnosis"));
}

#[test]
fn an_unreadable_image_gives_path_and_error_only() {
    let dir = folder();
    let path = put(&dir, "empty.jpg", "");
    let [line] = analyze([&path]).json().try_into().expect("one line");
    assert_eq!(keys(&line), ["error", "path"]);
}

#[test]
fn the_same_image_gives_the_same_line_again() {
    let dir = folder();
    let path = put(&dir, "lesion.jpg", lesion());
    let line = || {
        let [mut line] = analyze([&path]).json().try_into().expect("one line");
        line.as_object_mut().unwrap().remove("elapsed_ms");
        line.to_string()
    };
    assert_eq!(line(), line());
}

#[test]
fn lines_come_in_the_order_named_and_folders_by_name() {
    let dir = folder();
    let bytes = lesion();
    let [z, m] = ["z.jpg", "m.jpg"].map(|name| put(&dir, name, &bytes));
    let inner = dir.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    for name in ["b.jpg", "a.png", "C.JPG", "notes.txt"] {
        std::fs::write(inner.join(name), &bytes).unwrap();
    }
    let wanted = [
        z.clone(),
        inner.join("C.JPG"),
        inner.join("a.png"),
        inner.join("b.jpg"),
        m.clone(),
    ];
    let lines = analyze([&z, &inner, &m]).json();
    let got: Vec<_> = lines.iter().map(|l| l["path"].as_str().unwrap()).collect();
    assert_eq!(got, wanted.map(|p| p.to_str().unwrap().to_owned()));
}

#[test]
fn a_refused_image_has_no_probability_unless_the_gate_is_off() {
    let dir = folder();
    let grey = RgbImage::from_pixel(400, 300, Rgb([128; 3]));
    let path = put(&dir, "grey.png", encoded(grey, ImageFormat::Png));
    let ran = analyze([&path]);
    assert_eq!(ran.code, 0, "a refused image is a result: {}", ran.err);
    let [line] = ran.json().try_into().expect("one line");
    assert_eq!(line["verdict"], json!("not_usable"));
    assert_eq!(line["quality"]["usable"], json!(false));
    let reasons = line["quality"]["reasons"].as_array().unwrap();
    assert!(reasons.contains(&json!("no_skin")), "{reasons:?}");
    assert_eq!((&line["bcc"], &line["rule"]), (&Value::Null, &Value::Null));
    assert_eq!(line["patterns"], json!([]));

    let ran = analyze([path.as_os_str(), "--no-gate".as_ref()]);
    let [line] = ran.json().try_into().expect("one line");
    assert_ne!(line["verdict"], json!("not_usable"));
    assert!(line["bcc"]["probability"].is_number());
    assert_eq!(line["quality"]["usable"], json!(false), "the refusal stays");
}

#[test]
fn a_phantom_says_so_in_its_line() {
    let dir = folder();
    let path = dir.path().join("target.png");
    bccscope::phantom::write_png(&path, &crate::support::picture()).unwrap();
    let [line] = analyze([&path]).json().try_into().expect("one line");
    assert_eq!(line["frame"]["stand_in"], json!("PHANTOM"));
    assert_eq!(line["stand_ins"], json!(["PHANTOM"]));
    let text = crate::support::bccscope(["analyze".as_ref(), path.as_os_str()]);
    assert!(text.out.contains("[PHANTOM]"), "{}", text.out);
}

#[test]
fn heat_maps_and_screens_are_written_where_asked() {
    let dir = folder();
    let path = put(&dir, "lesion.jpg", lesion());
    let [maps, shown] = ["maps", "shown"].map(|name| dir.path().join(name));
    let ran = analyze([
        path.as_os_str(),
        "--no-gate".as_ref(),
        "--heatmaps".as_ref(),
        maps.as_os_str(),
        "--screens".as_ref(),
        shown.as_os_str(),
    ]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let [line] = ran.json().try_into().expect("one line");
    let written = line["heatmaps"].as_object().unwrap();
    assert_eq!(written.len(), 8);
    for file in written.values() {
        let map = image::open(file.as_str().unwrap()).unwrap();
        assert_eq!((map.width(), map.height()), (400, 300), "{file}");
    }
    let screen = image::open(shown.join("0001-lesion.screen.png")).unwrap();
    assert_eq!((screen.width(), screen.height()), (800, 480));
}
