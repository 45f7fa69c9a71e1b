#!/bin/sh
# GnuPG's pinentry on the display whose name lies in the file beside the symbolic link that this is started by.
DISPLAY=$(cat "$(dirname "$0")/display")
export DISPLAY
exec pinentry-gtk-2
