#!/bin/sh
# purity.sh LIBRARY: the decision's library may call nothing that asks the clock, the disk, the
# network, the environment, the locale or chance. What it may call is named by its family, so that a
# new foreign door fails here before a replay gives another answer.
set -eu

library=$1
[ -s "$library" ] || {
    echo "$library: not there; build lodge_decide first" >&2
    exit 1
}
asked=$(nm -u "$library" | awk '$1 == "U" { print $2 }' | sort -u |
    grep -Ev '^(lodge_|__asan_|__ubsan_|__stack_chk|__sanitizer|__memcpy_chk|__strcpy_chk|_GLOBAL_OFFSET_TABLE_)' |
    grep -Ev '^g_(ptr_array|array|byte_array|bytes|string|strv|unichar|ascii|direct)_' |
    grep -Ev '^g_(malloc|free|str_equal|strcmp0|strfreev|prefix_error|log|log_structured)' |
    grep -Ev '^g_(str_has_prefix|str_has_suffix|strdupv?|strndup|strjoinv|strsplit(_set)?|strchomp|strchug)$' |
    grep -Ev '^g_(strdup_v?printf|return_if_fail_warning|assertion_message_expr)$' |
    grep -Ev '^g_utf8_(casefold|get_char|make_valid|normalize|offset_to_pointer|prev_char|skip|strlen)$' |
    grep -Ev '^(mem(cpy|cmp|set|move)|str(len|chr|rchr|cmp|ncmp|spn|cspn|pbrk|str))$' || true)
if [ -n "$asked" ]; then
    echo "$library calls what a pure decision may not call:" >&2
    echo "$asked" >&2
    exit 1
fi
# Constant tables of pointers are relocated once, into .data.rel.ro.
mutable=$(nm -f sysv "$library" | awk -F'|' '$4 ~ /OBJECT/ { print $1, $7 }' |
    grep -E ' \.(data|bss|tdata|tbss)' | grep -Ev '\.data\.rel\.ro|asan|ubsan' || true)
# UBSan keeps its own descriptions in .data, without names of ours.
mutable=$(echo "$mutable" | grep -Ev '^(\*\.Lubsan|\.L|__)' || true)
if [ -n "$mutable" ]; then
    echo "$library holds mutable globals:" >&2
    echo "$mutable" >&2
    exit 1
fi
