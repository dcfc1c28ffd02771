var RESTAURANTS = [
	{id:'bella', name:'Bella Nonna', kind:'Pizza', rating:4.6, fee:'£1.99', min:'£10', time:'25-35 min', open:true},
	{id:'kimchi', name:'Kimchi Corner', kind:'Asian', rating:4.8, fee:'£2.49', min:'£15', time:'30-40 min', open:true},
	{id:'spice', name:'Spice Route', kind:'Asian', rating:4.3, fee:'£0.99', min:'£12', time:'35-50 min', open:true},
	{id:'patty', name:'Patty & Sons', kind:'Burgers', rating:4.1, fee:'£1.49', min:'£8', time:'20-30 min', open:true},
	{id:'leaf', name:'Leaf & Root', kind:'Salads', rating:4.7, fee:'£2.99', min:'£11', time:'20-25 min', open:false},
	{id:'crust', name:'Crust Bros', kind:'Pizza', rating:3.9, fee:'£0.00', min:'£9', time:'40-55 min', open:true},
	{id:'tokyo', name:'Tokyo Bowl', kind:'Asian', rating:4.5, fee:'£3.19', min:'£14', time:'30-45 min', open:true},
	{id:'smash', name:'Smash Hit', kind:'Burgers', rating:4.4, fee:'£1.79', min:'£10', time:'15-25 min', open:true},
	{id:'mezze', name:'Mezze Table', kind:'Salads', rating:4.9, fee:'£2.29', min:'£13', time:'30-40 min', open:true}
];
var MENUS = {
	bella:[['Margherita',9.5,1],['Diavola',11,1],['Garlic bread',4.2,0],['Tiramisu',5.5,0]],
	crust:[['Margherita',8,1],['Hawaii',9,1]],
	kimchi:[['Bibimbap',11.5,0],['Kimchi pancake',7,0],['Japchae',10.8,0],['Mandu (6 pieces)',6.4,0]],
	spice:[['Red curry',9.9,0],['Green curry',9.9,0],['Samosa',4,0],['Mango lassi',3.5,0]],
	mezze:[['Hummus plate',7.5,0],['Fattoush',8.2,0]]
};
var PAST = [
	{no:1047, from:'Tokyo Bowl', date:'3 May', total:'£24.30', status:'Being prepared', items:'2 x Salmon bowl, 1 x Miso soup'},
	{no:1042, from:'Patty & Sons', date:'28 April', total:'£17.85', status:'Refunded', items:'1 x Double patty, 1 x Fries'},
	{no:1036, from:'Kimchi Corner', date:'19 April', total:'£31.10', status:'Delivered', items:'2 x Bibimbap, 1 x Mandu (6 pieces)'},
	{no:1024, from:'Bella Nonna', date:'2 April', total:'£19.20', status:'Delivered', items:'1 x Diavola, 2 x Garlic bread'}
];
