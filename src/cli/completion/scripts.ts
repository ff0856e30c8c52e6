import type { Shell } from "./flags.ts";

// Each script calls `queue-seeder complete` on every TAB, so it never gets out of date. Words are passed as arguments and
// are never evaluated again.

const bash = `# bash completion of queue-seeder
_queue_seeder() {
  local line also= current="\${COMP_WORDS[COMP_CWORD]}"
  [ "$current" = "=" ] && current=
  COMPREPLY=()
  while IFS= read -r line; do
    case "$line" in
      :*) also="\${line#:}" ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  local action=
  [ "$also" = files ] && action=-f
  [ "$also" = folders ] && action=-d
  if [ -n "$action" ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen "$action" -- "$current")
  fi
}
complete -F _queue_seeder queue-seeder
`;

const zsh = `#compdef queue-seeder
# zsh completion of queue-seeder
_queue_seeder() {
  local line also
  local -a found
  while IFS= read -r line; do
    if [[ "$line" == :* ]]; then
      also="\${line#:}"
    else
      line="\${line//:/\\\\:}"
      found+=("\${line/$'\\t'/:}")
    fi
  done < <("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( $#found )) && _describe 'queue-seeder' found
  case "$also" in
    files) _files ;;
    folders) _files -/ ;;
  esac
}
if [ "$funcstack[1]" = _queue_seeder ]; then
  _queue_seeder "$@"
else
  compdef _queue_seeder queue-seeder
fi
`;

const fish = `# fish completion of queue-seeder
function __queue_seeder_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$current"
            case ':folders'
                __fish_complete_directories "$current"
            case ':*'
            case '*'
                printf '%s\\n' $line
        end
    end
end
complete -c queue-seeder -f -a '(__queue_seeder_complete)'
`;

export const scripts = { bash, zsh, fish } as const satisfies Record<Shell, string>;
