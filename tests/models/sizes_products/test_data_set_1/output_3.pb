	J${^ADุBLฤอรรHoDฅPฤ๊ชฤ)l{ยIF
ลไ”mฤ