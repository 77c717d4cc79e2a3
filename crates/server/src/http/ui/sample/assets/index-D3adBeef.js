document.title = "campana";
