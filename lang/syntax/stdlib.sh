#!/bin/sh
# The files given as a C table: sh stdlib.sh FILE... ; their names are those behind stdlib/.
LC_ALL=C
export LC_ALL
echo '/* Made of stdlib/ by lang/syntax/stdlib.sh. */'
echo '#include "lang/syntax/stdlib.h"'
i=0
for file; do
    echo "static const char text_$i[] ="
    sed -e 's/[\\"?]/\\&/g' -e 's/	/\\t/g' -e 's/^/    "/' -e 's/$/\\n"/' "$file"
    echo '    "";'
    i=$((i + 1))
done
echo 'const LoopStandardFile loop_standard_files[] = {'
i=0
for file; do
    echo "    {\"${file#stdlib/}\", text_$i, sizeof text_$i - 1},"
    i=$((i + 1))
done
echo '    {0},'
echo '};'
