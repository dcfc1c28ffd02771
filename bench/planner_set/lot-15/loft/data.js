const ROOMS = [
  {id: 1, name: 'Maple', floor: 'Ground floor', seats: 4, price: 12, kit: 'Screen'},
  {id: 2, name: 'Birch', floor: 'Ground floor', seats: 6, price: 18, kit: 'Screen, whiteboard'},
  {id: 3, name: 'Rowan', floor: 'First floor', seats: 8, price: 25, kit: 'Projector'},
  {id: 4, name: 'Birch', floor: 'Second floor', seats: 10, price: 32, kit: 'Projector, whiteboard'},
  {id: 5, name: 'Willow', floor: 'Second floor', seats: 14, price: 40, kit: 'Projector, video kit'},
  {id: 6, name: 'Hazel', floor: 'First floor', seats: 2, price: 7, kit: 'None'},
];
const MEMBERS = [
  ['Chidi Okafor', 'Northlight Maps', 'A12'], ['Lena Vogt', 'Vogt & Daughters', 'A03'],
  ['Sam Whitcombe', 'Pennywise Books', 'B07'], ['Noor Haddad', 'Haddad Studio', 'C01'],
  ['Ines Carvalho', 'Northlight Maps', 'A13'], ['Piotr Zielinski', 'Fieldnote', 'B02'],
  ['Maud Ellery', 'Ellery Translations', 'C09'], ['Tomas Okafor-Lind', 'Brightside Energy', 'B11'],
  ['Grace Abara', 'Fieldnote', 'B03'], ['Hugo Lindqvist', 'Kite & Co', 'C04'],
].map(([name, company, desk], id) => ({id, name, company, desk}));
const TODAY = [
  {time: '09:30', what: 'Standing breakfast', where: 'Kitchen'},
  {time: '12:00', what: 'Yoga for stiff necks', where: 'Willow'},
  {time: '16:00', what: 'Tax clinic', where: 'Rowan'},
  {time: '18:30', what: 'Board games', where: 'Kitchen'},
];
