	Jlvd‰ÂCÄ2À¥BTÂÀÁAÖî¯C”BU¥OB%‹AE
ÂÔ¯kBèžN>ÆTkB6KËÁGy±Ã4”Âx¦qÂ!¬$ÁÔ[BºÐ•Ã¯ø?å¤„ÃÄ C–EÞD»fÁC›ÙwC	Íö¿´…Ã