if (!sessionStorage.getItem('session')) location.replace('/login.html');
function leave() { sessionStorage.clear(); location.href = '/login.html'; }
const send = (path, body) => fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
