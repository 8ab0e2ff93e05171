
BshJ
Ü»n¼c2x·‰3