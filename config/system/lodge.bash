# bash completion for lodge(1)

_lodge_commands='serve once file check-config status list show export accept reject assign note resend extend read authenticate verify backup find purge replay register'

# The options of a command, beside those of all.
_lodge_options() {
    case $1 in
    accept | assign) echo '--reason --tell --answer --council --timeliness --document' ;;
    authenticate) echo '--dns --now --call' ;;
    check-config) echo '--online' ;;
    extend) echo '--until --reason --call' ;;
    export) echo '--csv --json --call --council --all-versions --include-infected' ;;
    file) echo '--call --wait' ;;
    list) echo '--call --state --outcome --council' ;;
    once) echo '--wait' ;;
    note | resend) echo '--reason' ;;
    purge) echo '--address --due --reason --yes --list --again' ;;
    reject) echo '--reason --tell --answer' ;;
    register) echo '--nation --date --output' ;;
    read) echo '--call' ;;
    replay) echo '--all --call --register' ;;
    serve) echo '--quiet' ;;
    show) echo '--receipt --wording' ;;
    status) echo '--missing' ;;
    verify) echo '--repair' ;;
    esac
}

# The values of an option; nothing: file names.
_lodge_values() {
    case $1 in
    --state) echo 'pending decided purged' ;;
    --timeliness) echo 'on-time late' ;;
    --outcome) echo 'accepted held rejected duplicate not-a-submission' ;;
    --nation) echo 'England Wales Scotland' ;;
    esac
}

# The command on the line so far: the first word that is no option and no option's value.
_lodge_command() {
    local at
    for ((at = 1; at < COMP_CWORD; at++)); do
        case ${COMP_WORDS[at]} in
        -c | --config) ((at++)) ;;
        -*) ;;
        *)
            echo "${COMP_WORDS[at]}"
            return
            ;;
        esac
    done
}

_lodge() {
    local current=${COMP_WORDS[COMP_CWORD]}
    local before=${COMP_WORDS[COMP_CWORD - 1]}
    local command words
    command=$(_lodge_command)
    words=$(_lodge_values "$before")
    if [[ -z $words && $before != -c && $before != --config ]]; then
        if [[ -z $command ]]; then
            words="$_lodge_commands --config --help --version"
        elif [[ $current == -* ]]; then
            words="--config --json --verbose --help $(_lodge_options "$command")"
        elif [[ $command == register && $before == register ]]; then
            words='import'
        fi
    fi
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}

complete -o default -F _lodge lodge
