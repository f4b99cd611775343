#!/bin/sh
# Makes a folder with the least of Debian 12 that an image of aos needs, from Debian's packages: for CI, which has no registry of
# images. As root: scripts/base-image.sh FOLDER
set -eu
folder=$1
debootstrap --variant=minbase bookworm "$folder" >&2
# As Debian's slim images: what only people or later installs would read.
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/cache/apt/*.bin "$folder"/var/lib/apt/lists/* \
  "$folder"/usr/share/doc "$folder"/usr/share/man "$folder"/usr/share/locale "$folder"/var/log/*
