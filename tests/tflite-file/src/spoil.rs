//! Small changes to a whole .tflite file, straight in its FlatBuffers bytes.

fn u32_at(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

fn u16_at(bytes: &[u8], at: usize) -> usize {
    usize::from(u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap()))
}

/// Follows the offset at a place.
fn follow(bytes: &[u8], at: usize) -> usize {
    at + u32_at(bytes, at)
}

/// Where a table's field lies.
fn field(bytes: &[u8], table: usize, number: usize) -> usize {
    let back = i32::from_le_bytes(bytes[table..table + 4].try_into().unwrap());
    let vtable = usize::try_from(table as i64 - i64::from(back)).unwrap();
    table + u16_at(bytes, vtable + 4 + 2 * number)
}

/// Says that the first input tensor holds floats.
///
/// # Panics
/// Where the bytes are no model with an int8 input.
pub fn make_input_float(bytes: &mut [u8]) {
    let model = follow(bytes, 0);
    let graphs = follow(bytes, field(bytes, model, 2));
    let graph = follow(bytes, graphs + 4);
    let inputs = follow(bytes, field(bytes, graph, 1));
    let tensors = follow(bytes, field(bytes, graph, 0));
    let tensor = follow(bytes, tensors + 4 + 4 * u32_at(bytes, inputs + 4));
    let kind = field(bytes, tensor, 1);
    assert_eq!(bytes[kind], 9, "int8 in the schema");
    bytes[kind] = 0;
}

/// Gives every operator code this custom name, by a new list at the end of the file.
///
/// # Panics
/// Where the bytes are no model.
pub fn name_every_operator(bytes: &mut Vec<u8>, name: &str) {
    let model = follow(bytes, 0);
    let list = field(bytes, model, 1);
    let count = u32_at(bytes, follow(bytes, list));
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    let vector = bytes.len();
    let vtable = vector + 4 + 4 * count;
    // Six entries: builtin_code, custom_code, version, the rest absent.
    let table = (vtable + 8).next_multiple_of(4);
    let text = table + 12;
    bytes.extend((count as u32).to_le_bytes());
    for i in 0..count {
        bytes.extend(((table - (vector + 4 + 4 * i)) as u32).to_le_bytes());
    }
    for number in [8u16, 12, 8, 4] {
        bytes.extend(number.to_le_bytes());
    }
    assert_eq!(bytes.len(), table);
    bytes.extend(((table - vtable) as u32).to_le_bytes());
    bytes.extend(((text - (table + 4)) as u32).to_le_bytes());
    // builtin_code 32 is CUSTOM.
    bytes.extend([32, 0, 0, 0]);
    bytes.extend((name.len() as u32).to_le_bytes());
    bytes.extend(name.as_bytes());
    bytes.resize((bytes.len() + 1).next_multiple_of(8), 0);
    let to = (vector - list) as u32;
    bytes[list..list + 4].copy_from_slice(&to.to_le_bytes());
}
