# The build image of cross.toml. Not tried, see there. cross mounts cargo, the toolchain and the
# sources; .cargo/config.toml names linker, library and headers relative to the sources.
FROM debian:12
RUN dpkg --add-architecture arm64 \
 && apt-get update \
 && apt-get install --assume-yes --no-install-recommends \
    gcc g++ make cmake libclang-dev clang ca-certificates \
    gcc-aarch64-linux-gnu g++-aarch64-linux-gnu libc6-dev:arm64 \
 && rm -rf /var/lib/apt/lists/*
ENV CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc \
    CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc \
    CXX_aarch64_unknown_linux_gnu=aarch64-linux-gnu-g++ \
    BINDGEN_EXTRA_CLANG_ARGS_aarch64_unknown_linux_gnu="--sysroot=/ -I/usr/aarch64-linux-gnu/include" \
    PKG_CONFIG_ALLOW_CROSS=1
