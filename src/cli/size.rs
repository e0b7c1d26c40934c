//! A size on the command line.

/// Reads `WIDTHxHEIGHT`.
///
/// # Errors
/// A sentence with the form and the limits.
pub fn parse(text: &str) -> Result<(u32, u32), String> {
    let wrong = || format!("{text}: a size is WIDTHxHEIGHT, each 160 to 4096, such as 800x480");
    let (width, height) = text.split_once(['x', 'X']).ok_or_else(wrong)?;
    let side = |s: &str| {
        s.parse::<u32>()
            .ok()
            .filter(|n| (160..=4096).contains(n))
            .ok_or_else(wrong)
    };
    Ok((side(width)?, side(height)?))
}
