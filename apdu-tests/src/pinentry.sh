#!/bin/sh
# A prompt program for tests (Assuan protocol). Types the lines of the files in answers/, one a question, and writes
# down what it is told. Started by a symbolic link beside these; the files' names give their order.
place=$(dirname "$0")
next() {
    set -- "$place"/answers/*
    # Of several windows at once each takes another answer.
    [ -e "$1" ] && mv "$1" "$place/taken-$$" 2>/dev/null
}
echo $$ >>"$place/opened"
echo 'OK ready'
while read -r line; do
    printf '%s\n' "$line" >>"$place/told"
    case $line in
    BYE*) rm -f "$place/taken-$$"; echo OK; exit ;;
    GETPIN*)
        if next; then
            # The person goes away.
            grep -q '^WAITS$' "$place/taken-$$" && exec sleep 600
            if grep -q '^LATER ' "$place/taken-$$"; then
                until [ -e "$place/now" ]; do sleep 0.05; done
            fi
            printf 'D '
            sed 's/^LATER //' "$place/taken-$$"
            printf '\nOK\n'
        else
            echo 'ERR 83886179 Operation cancelled'
        fi
        ;;
    CONFIRM*)
        if next; then echo OK; else echo 'ERR 83886194 Not confirmed'; fi
        ;;
    *) echo OK ;;
    esac
done
