# fish completion of aulactl: what may stand next is asked of aulactl itself
function __aulactl_complete
    set -l words (commandline -opc)
    set -l part (commandline -ct)
    set -l program $words[1]
    set -e words[1]
    for line in ($program --complete (count $words) $words "$part" 2>/dev/null)
        if test "$line" = ':files'
            __fish_complete_path "$part"
        else
            echo $line
        end
    end
end
complete -c aulactl -f -a '(__aulactl_complete)'
